#pragma once

#include <algorithm>

namespace pishkhan::render {

/// Where a page of layout units lies on the surface: pixel = origin + unit * scale.
struct Viewport {
  float x = 0;  ///< pixels
  float y = 0;
  float scale = 1;     ///< pixels a unit
  float width = 1080;  ///< units
  float height = 1920;
};

/// The largest viewport of this many units inside a rectangle of pixels, in its middle.
[[nodiscard]] inline Viewport letterbox(float x, float y, float width_pixels, float height_pixels,
                                        float width_units, float height_units) {
  const float scale = std::min(width_pixels / width_units, height_pixels / height_units);
  return {x + (width_pixels - width_units * scale) / 2, y + (height_pixels - height_units * scale) / 2, scale,
          width_units, height_units};
}

}  // namespace pishkhan::render
