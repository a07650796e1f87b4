#pragma once

#include <algorithm>

namespace pishkhan::render {

/// Pixels; half open.
struct PixelRect {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  [[nodiscard]] int width() const { return right - left; }
  [[nodiscard]] int height() const { return bottom - top; }
  [[nodiscard]] bool empty() const { return right <= left || bottom <= top; }
  [[nodiscard]] int area() const { return empty() ? 0 : width() * height(); }
  [[nodiscard]] PixelRect intersected(const PixelRect& other) const {
    return {std::max(left, other.left), std::max(top, other.top), std::min(right, other.right),
            std::min(bottom, other.bottom)};
  }
  friend bool operator==(const PixelRect&, const PixelRect&) = default;
};

}  // namespace pishkhan::render
