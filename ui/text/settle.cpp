#include "ui/text/settle.h"

#include <algorithm>
#include <cmath>

namespace pishkhan::text {
namespace {

/// A last line shorter than this share of the room looks lost.
constexpr float kLone = 0.3F;

/// Else a word that is wider than the lines was broken.
bool breaks_at_spaces(const Layout& layout, std::string_view utf8) {
  return std::ranges::all_of(layout.lines().subspan(1),
                             [&](const Line& line) { return utf8[line.byte_begin - 1] == ' '; });
}

float shift_of(const Layout& layout, Align align, float spare) {
  const bool right_to_left = layout.lines().front().right_to_left;
  switch (align) {
    case Align::Left:
      return 0;
    case Align::Right:
      return spare;
    case Align::Center:
      return std::round(spare / 2);
    case Align::Start:
      return right_to_left ? spare : 0;
    case Align::End:
      return right_to_left ? 0 : spare;
  }
  return 0;
}

}  // namespace

bool ends_alone(const Layout& layout, float room) {
  return layout.lines().size() > 1 && layout.lines().back().width < room * kLone;
}

float width_of_widest_piece(Engine& engine, std::string_view utf8, const Style& style) {
  float widest = 0;
  while (!utf8.empty()) {
    const std::size_t end = std::min(utf8.find(' '), utf8.size());
    widest = std::max(widest, engine.lay_out(utf8.substr(0, end), style).width());
    utf8.remove_prefix(std::min(utf8.size(), end + 1));
  }
  return widest;
}

Settled settle(Engine& engine, std::string_view utf8, const Style& style, float maximum_width) {
  Settled settled{&engine.lay_out(utf8, style, maximum_width), maximum_width, 0};
  if (!ends_alone(*settled.layout, maximum_width) || style.maximum_lines > 0 ||
      utf8.find('\n') != std::string_view::npos)
    return settled;
  const std::size_t lines = settled.layout->lines().size();
  for (int percent = 97; percent >= 61 && ends_alone(*settled.layout, maximum_width); percent -= 3) {
    const float narrower = std::floor(maximum_width * static_cast<float>(percent) / 100);
    const Layout& tighter = engine.lay_out(utf8, style, narrower);
    if (tighter.lines().size() != lines || !breaks_at_spaces(tighter, utf8)) break;
    settled = {&tighter, narrower, 0};
  }
  // Shorter lines that saved nothing are only shorter lines.
  if (ends_alone(*settled.layout, maximum_width))
    settled = {&engine.lay_out(utf8, style, maximum_width), maximum_width, 0};
  settled.shift = shift_of(*settled.layout, style.align, maximum_width - settled.width);
  return settled;
}

}  // namespace pishkhan::text
