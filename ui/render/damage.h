#pragma once

#include "ui/render/primitive.h"

#include <cstdint>
#include <span>
#include <vector>

namespace pishkhan::render {

/// Remembers, for every tile of 64 x 64 pixels, a hash of the primitives that touch it. Thread: a plain value.
class Damage {
 public:
  static constexpr int kTile = 64;

  /// Compares with the frame before and remembers this one. Rectangles along tile borders, cut at the
  /// surface's edge, which do not overlap; none if nothing changed.
  std::vector<PixelRect> update(std::span<const Primitive> primitives, int width, int height);
  /// The next frame is wholly damaged.
  void forget();

 private:
  int width_ = 0;
  int height_ = 0;
  std::vector<std::uint64_t> tiles_;
};

}  // namespace pishkhan::render
