#include "kiosk/receipts/strip.h"

#include "ui/text/paper.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pishkhan::receipts {

namespace {

void wipe_dots(Bitmap& dots) {
  for (int y = 0; y < dots.height(); ++y) wipe(dots.row(y).data(), dots.row(y).size());
}

Bitmap resized(Bitmap& from, int height) {
  Bitmap to(from.width(), height);
  for (int y = 0; y < std::min(height, from.height()); ++y) {
    const ByteView row = std::as_const(from).row(y);
    std::copy(row.begin(), row.end(), to.row(y).begin());
  }
  wipe_dots(from);
  return to;
}

/// How many dots of the rectangle are black; what lies outside is white.
int black_dots(const Bitmap& dots, int left, int top, int right, int bottom) {
  int count = 0;
  for (int y = std::max(0, top); y < std::min(bottom, dots.height()); ++y)
    for (int x = std::max(0, left); x < std::min(right, dots.width()); ++x) count += dots.black(x, y) ? 1 : 0;
  return count;
}

}  // namespace

void Strip::reach(int bottom) {
  if (bottom > dots_.height()) dots_ = resized(dots_, std::max(bottom, dots_.height() * 2));
}

void Strip::text(const text::Layout& layout, int x, int y, Placed::What what) {
  reach(y + static_cast<int>(std::ceil(layout.height())));
  text::draw_into(dots_, fonts_, layout, x, y);
  for (const text::Line& line : layout.lines()) {
    if (line.width <= 0) continue;
    const auto left = static_cast<int>(std::floor(line.left));
    note({what, x + left, y + static_cast<int>(line.top),
          static_cast<int>(std::ceil(line.left + line.width)) - left, static_cast<int>(line.bottom - line.top),
          layout.size_px()});
  }
}

void Strip::squeezed_text(const text::Layout& layout, int x, int y, int width, int height, float size_dots) {
  Bitmap whole = text::render_bitmap(fonts_, layout, static_cast<int>(std::ceil(layout.width())));
  if (whole.width() == 0 || whole.height() == 0) return;
  reach(y + height);
  // As letters elsewhere: black from two fifths of cover on.
  for (int row = 0; row < height; ++row) {
    const int top = row * whole.height() / height;
    const int bottom = std::max(top + 1, (row + 1) * whole.height() / height);
    for (int column = 0; column < width; ++column) {
      const int left = column * whole.width() / width;
      const int right = std::max(left + 1, (column + 1) * whole.width() / width);
      if (black_dots(whole, left, top, right, bottom) * 5 >= (right - left) * (bottom - top) * 2)
        dots_.set(x + column, y + row);
    }
  }
  wipe_dots(whole);
  note({Placed::What::Code, x, y, width, height, size_dots});
}

void Strip::picture(const Bitmap& picture, int x, int y) {
  reach(y + picture.height());
  for (int row = 0; row < picture.height(); ++row)
    for (int column = 0; column < picture.width(); ++column)
      if (picture.black(column, row)) dots_.set(x + column, y + row);
  note({Placed::What::Picture, x, y, picture.width(), picture.height(), 0});
}

void Strip::fill(int x, int y, int width, int height) {
  reach(y + height);
  for (int row = y; row < y + height; ++row)
    for (int column = x; column < x + width; ++column) dots_.set(column, row);
}

Sheet Strip::finish(int height) {
  sheet_.dots = resized(dots_, height);
  return std::move(sheet_);
}

}  // namespace pishkhan::receipts
