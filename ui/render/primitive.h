#pragma once

#include "ui/render/pixel_rect.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

struct ImDrawList;

namespace pishkhan::render {

/// The one alpha image that everything is drawn with.
struct AlphaImage {
  std::span<const std::uint8_t> pixels;
  int width = 0;
  int height = 0;
};

struct Corner {
  float x = 0;  ///< pixels
  float y = 0;
  float u = 0;  ///< texels, not divided by the atlas's size
  float v = 0;
  std::uint32_t colour = 0;  ///< as in a draw list: red in the lowest byte, alpha in the highest
};

/// What a draw list asks for, taken apart: a rectangle along the axes in one colour (corner 0 is top left,
/// corner 1 is bottom right), or a triangle.
struct Primitive {
  enum class Kind : std::uint8_t { Rectangle, Triangle };
  Kind kind = Kind::Rectangle;
  std::array<Corner, 3> corners{};
  PixelRect clip;
  PixelRect bounds;        ///< pixels it may change, inside clip
  std::uint64_t look = 0;  ///< hash of everything that decides its pixels, texels included
};

/// Takes a draw list apart. What lies wholly outside `surface` is left out.
[[nodiscard]] std::vector<Primitive> take_apart(const ImDrawList& list, const PixelRect& surface,
                                                const AlphaImage& image);

}  // namespace pishkhan::render
