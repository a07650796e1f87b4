#include "ui/render/damage.h"

#include <algorithm>

namespace pishkhan::render {
namespace {

/// Runs of changed tiles in each row, joined with an equal run in the row above.
std::vector<PixelRect> join(const std::vector<bool>& changed, int columns, int rows) {
  std::vector<PixelRect> rects;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns;) {
      const auto is_changed = [&](int c) { return changed[static_cast<std::size_t>(row * columns + c)]; };
      if (!is_changed(column)) {
        ++column;
        continue;
      }
      int end = column;
      while (end < columns && is_changed(end)) ++end;
      const auto above = std::find_if(rects.begin(), rects.end(), [&](const PixelRect& rect) {
        return rect.left == column && rect.right == end && rect.bottom == row;
      });
      if (above != rects.end()) {
        above->bottom = row + 1;
      } else {
        rects.push_back({column, row, end, row + 1});
      }
      column = end;
    }
  }
  return rects;
}

}  // namespace

void Damage::forget() {
  tiles_.clear();
}

std::vector<PixelRect> Damage::update(std::span<const Primitive> primitives, int width, int height) {
  const int columns = (width + kTile - 1) / kTile;
  const int rows = (height + kTile - 1) / kTile;
  const auto count = static_cast<std::size_t>(columns * rows);
  std::vector<std::uint64_t> tiles(count, 1);
  for (const Primitive& primitive : primitives) {
    const PixelRect& bounds = primitive.bounds;
    for (int row = bounds.top / kTile; row <= (bounds.bottom - 1) / kTile; ++row) {
      for (int column = bounds.left / kTile; column <= (bounds.right - 1) / kTile; ++column) {
        std::uint64_t& tile = tiles[static_cast<std::size_t>(row * columns + column)];
        tile = (tile ^ primitive.look) * 0x9E3779B97F4A7C15ULL;  // what lies over what counts, too
        tile ^= tile >> 31;
      }
    }
  }
  std::vector<bool> changed(count, true);
  if (width == width_ && height == height_ && tiles_.size() == count) {
    for (std::size_t i = 0; i < count; ++i) changed[i] = tiles[i] != tiles_[i];
  }
  width_ = width;
  height_ = height;
  tiles_ = std::move(tiles);
  std::vector<PixelRect> rects = join(changed, columns, rows);
  for (PixelRect& rect : rects) {
    rect = PixelRect{rect.left * kTile, rect.top * kTile, rect.right * kTile, rect.bottom * kTile}.intersected(
        {0, 0, width, height});
  }
  return rects;
}

}  // namespace pishkhan::render
