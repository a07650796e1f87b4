#include "ui/text/layout.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <cmath>

namespace pishkhan::text {

std::size_t Layout::stop_index(std::size_t byte_offset) const {
  ENSURE(!stops_.empty(), "every layout has a caret");
  const auto after =
      std::upper_bound(stops_.begin(), stops_.end(), byte_offset,
                       [](std::size_t offset, const CaretStop& stop) { return offset < stop.byte_offset; });
  return after == stops_.begin() ? 0 : static_cast<std::size_t>(after - stops_.begin()) - 1;
}

const CaretStop& Layout::caret(std::size_t byte_offset) const {
  return stops_[stop_index(byte_offset)];
}

const CaretStop& Layout::next_caret(std::size_t byte_offset) const {
  return stops_[std::min(stop_index(byte_offset) + 1, stops_.size() - 1)];
}

const CaretStop& Layout::previous_caret(std::size_t byte_offset) const {
  const std::size_t index = stop_index(byte_offset);
  // From inside a grapheme the nearest stop before is its own beginning.
  if (stops_[index].byte_offset < byte_offset && index + 1 < stops_.size()) return stops_[index];
  return stops_[index == 0 ? 0 : index - 1];
}

std::size_t Layout::hit_test(float x, float y) const {
  std::size_t line = 0;
  while (line + 1 < lines_.size() && y >= lines_[line].bottom) ++line;
  float nearest = kUnlimited;
  bool nearest_is_weak = false;
  std::size_t offset = lines_[line].byte_begin;
  const auto consider = [&](const CaretPlace& place, bool weak, std::size_t byte_offset) {
    if (place.line != line) return;
    const float distance = std::fabs(place.x - x);
    // Of two at the same place the strong one counts.
    if (distance < nearest || (distance == nearest && nearest_is_weak && !weak)) {
      nearest = distance;
      nearest_is_weak = weak;
      offset = byte_offset;
    }
  };
  for (const CaretStop& stop : stops_) {
    consider(stop.strong, false, stop.byte_offset);
    if (stop.weak) consider(*stop.weak, true, stop.byte_offset);
  }
  return offset;
}

}  // namespace pishkhan::text
