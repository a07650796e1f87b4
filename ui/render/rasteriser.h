#pragma once

#include "base/core/bitmap.h"
#include "ui/render/primitive.h"

#include <span>

namespace pishkhan::render {

/// Draws the primitives, in their order, into one rectangle of the picture, over opaque `ground` (0xAARRGGBB).
/// Each pixel is a function of the primitives alone, not of the rectangle: parts drawn one after the other make
/// the same picture as the whole drawn at once.
void rasterise(std::span<const Primitive> primitives, const PixelRect& rect, std::uint32_t ground,
               const AlphaImage& image, Picture& picture);

}  // namespace pishkhan::render
