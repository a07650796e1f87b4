#pragma once

#include <algorithm>

namespace pishkhan::toolkit {

/// Lengths are layout units: the kiosk screen is 1080 wide and 1920 high whatever the panel; Ui turns
/// them into pixels once, when it draws. One unit is 0.311 mm on the 27-inch panel.
struct Point {
  float x = 0;
  float y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// A rectangle in layout units; x grows to the right and y downwards, in either language.
/// The cut_* functions take a strip off the rectangle and return it, so that a page is written as a
/// sequence of cuts. What depends on the reading direction (start, end) is in Ui.
struct Rect {
  float x = 0;
  float y = 0;
  float w = 0;
  float h = 0;

  [[nodiscard]] float right() const { return x + w; }
  [[nodiscard]] float bottom() const { return y + h; }
  [[nodiscard]] Point centre() const { return {x + w / 2, y + h / 2}; }
  [[nodiscard]] bool empty() const { return w <= 0 || h <= 0; }
  [[nodiscard]] bool contains(Point p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
  [[nodiscard]] Rect inset(float by) const { return inset(by, by); }
  [[nodiscard]] Rect inset(float horizontal, float vertical) const {
    return {x + horizontal, y + vertical, std::max(0.0F, w - 2 * horizontal), std::max(0.0F, h - 2 * vertical)};
  }
  [[nodiscard]] Rect moved(float dx, float dy) const { return {x + dx, y + dy, w, h}; }
  [[nodiscard]] Rect intersected(const Rect& other) const {
    const float left = std::max(x, other.x);
    const float top = std::max(y, other.y);
    return {left, top, std::max(0.0F, std::min(right(), other.right()) - left),
            std::max(0.0F, std::min(bottom(), other.bottom()) - top)};
  }
  /// A rectangle of this size in the middle of this one.
  [[nodiscard]] Rect centred(float width, float height) const {
    return {x + (w - width) / 2, y + (h - height) / 2, width, height};
  }
  /// Takes `height` (and then drops `gap`) off the top.
  Rect cut_top(float height, float gap = 0) {
    const Rect strip{x, y, w, std::min(height, h)};
    const float taken = std::min(height + gap, h);
    y += taken;
    h -= taken;
    return strip;
  }
  Rect cut_bottom(float height, float gap = 0) {
    const float taken = std::min(height, h);
    const Rect strip{x, bottom() - taken, w, taken};
    h -= std::min(height + gap, h);
    return strip;
  }
  Rect cut_left(float width, float gap = 0) {
    const Rect strip{x, y, std::min(width, w), h};
    const float taken = std::min(width + gap, w);
    x += taken;
    w -= taken;
    return strip;
  }
  Rect cut_right(float width, float gap = 0) {
    const float taken = std::min(width, w);
    const Rect strip{right() - taken, y, taken, h};
    w -= std::min(width + gap, w);
    return strip;
  }
  friend bool operator==(const Rect&, const Rect&) = default;
};

}  // namespace pishkhan::toolkit
