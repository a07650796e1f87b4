// The second half of LayoutBuilder: a line that was set becomes part of the layout, with its carets.
#include "ui/text/layout_builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pishkhan::text {
namespace {

constexpr char32_t kEllipsis = 0x2026;
constexpr char32_t kPdi = 0x2069;
/// Nearer than this, two places of a caret are one.
constexpr float kSamePlace_px = 0.05F;

struct Edge {
  float x = 0;
  int level = 0;
};

CaretStop stop_between(std::size_t byte_offset, std::size_t line, const Edge& before, const Edge& after,
                       int base) {
  CaretStop stop;
  stop.byte_offset = byte_offset;
  const bool before_follows = before.level % 2 == base % 2;
  const bool after_follows = after.level % 2 == base % 2;
  const bool before_is_strong = before_follows != after_follows ? before_follows : before.level < after.level;
  const Edge& strong = before_is_strong ? before : after;
  const Edge& weak = before_is_strong ? after : before;
  stop.strong = {strong.x, line};
  if (std::fabs(strong.x - weak.x) > kSamePlace_px) stop.weak = CaretPlace{weak.x, line};
  return stop;
}

bool is_space(char32_t letter) {
  return letter == ' ' || letter == 0x200B;
}

}  // namespace

void LayoutBuilder::add_line(const Paragraph& paragraph, SetLine& set, bool ends_paragraph) {
  const std::size_t number = layout_.lines_.size();
  Line line;
  line.byte_begin = paragraph.bytes[set.begin];
  line.byte_end = paragraph.bytes[set.end];
  line.width = set.visible;
  line.top = static_cast<float>(number) * line_height_px_;
  line.bottom = line.top + line_height_px_;
  line.baseline = line.top + baseline_px_;
  line.right_to_left = paragraph.bidi.base % 2 != 0;
  // What hangs lies left of a right-to-left line; align() moves the line to its place by `left`.
  line.left = line.right_to_left ? set.hanging : 0;
  line.first_run = layout_.runs_.size();
  line.run_count = set.runs.size();
  for (Run run : set.runs) {
    run.first_glyph += layout_.glyphs_.size();
    layout_.runs_.push_back(run);
  }
  for (Glyph glyph : set.glyphs) {
    glyph.y += line.top;
    layout_.glyphs_.push_back(glyph);
  }
  layout_.lines_.push_back(line);
  layout_.width_ = std::max(layout_.width_, line.width);
  add_stops(paragraph, set, number, ends_paragraph);
}

void LayoutBuilder::add_stops(const Paragraph& paragraph, SetLine& set, std::size_t number,
                              bool ends_paragraph) {
  const int base = paragraph.bidi.base;
  const float total = set.visible + set.hanging;
  const Edge line_start{base % 2 != 0 ? total : 0, base};
  const Edge line_end{base % 2 != 0 ? 0 : total, base};
  const auto leading = [](const Box& box) {
    return Edge{box.level % 2 != 0 ? box.right : box.left, box.level};
  };
  const auto trailing = [](const Box& box) {
    return Edge{box.level % 2 != 0 ? box.left : box.right, box.level};
  };
  // The end of a line that breaks softly is the beginning of the next; that is where its caret is seen.
  const std::size_t count = set.boxes.size() + (ends_paragraph ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i) {
    const bool at_end = i == set.boxes.size();
    const std::size_t byte_offset = paragraph.bytes[at_end ? set.end : set.boxes[i].begin];
    if (!layout_.stops_.empty() && byte_offset <= layout_.stops_.back().byte_offset) continue;
    const Edge before = i == 0 ? line_start : trailing(set.boxes[i - 1]);
    const Edge after = at_end ? line_end : leading(set.boxes[i]);
    layout_.stops_.push_back(stop_between(byte_offset, number, before, after, base));
  }
}

/// The last line that is allowed, shortened letter by letter until it fits together with its ellipsis.
void LayoutBuilder::add_cut_line(const Paragraph& paragraph, const SetLine& uncut) {
  layout_.cut_ = true;
  std::uint32_t end = uncut.end;
  for (;;) {
    while (end > uncut.begin && is_space(paragraph.text[end - 1])) --end;
    const Paragraph shortened = shorten(paragraph, end);
    SetLine line = set_line(shortened, uncut.begin, static_cast<std::uint32_t>(shortened.size()));
    if (fits(line.visible) || end <= uncut.begin) {
      add_line(shortened, line, true);
      return;
    }
    do {
      --end;
    } while (end > uncut.begin && (paragraph.before[end] & before::kGrapheme) == 0);
  }
}

/// The paragraph up to `end` and an ellipsis, which stands outside every isolate so that it is seen at the
/// end of the line.
Paragraph LayoutBuilder::shorten(const Paragraph& paragraph, std::uint32_t end) const {
  Paragraph result;
  result.text.assign(paragraph.text.begin(), paragraph.text.begin() + end);
  result.bytes.assign(paragraph.bytes.begin(), paragraph.bytes.begin() + end + 1);
  std::size_t open = 0;
  for (const char32_t letter : result.text) {
    if (letter >= 0x2066 && letter <= 0x2068) ++open;
    if (letter == kPdi && open > 0) --open;
  }
  result.text.insert(result.text.end(), open, kPdi);
  result.text.push_back(kEllipsis);
  result.bytes.insert(result.bytes.end(), open + 1, paragraph.bytes[end]);
  Style style = style_;
  // What was cut off may have decided the direction.
  if (style.base == Direction::Auto) {
    style.base = paragraph.bidi.base % 2 != 0 ? Direction::RightToLeft : Direction::LeftToRight;
  }
  analyser_.analyse(result, style);
  return result;
}

void LayoutBuilder::align() {
  const float room = std::isfinite(maximum_width_) ? maximum_width_ : layout_.width_;
  WipedVector<float> moves;
  for (Line& line : layout_.lines_) {
    const bool to_right = style_.align == Align::Right ||
                          (style_.align == Align::Start && line.right_to_left) ||
                          (style_.align == Align::End && !line.right_to_left);
    float left = to_right ? room - line.width : 0;
    if (style_.align == Align::Center) left = (room - line.width) / 2;
    // Whole pixels, so that a letter needs fewer pictures in the atlas; at the right the line keeps inside.
    left = std::floor(left);
    const float move = left - line.left;
    line.left = left;
    moves.push_back(move);
    for (const Run& run : layout_.runs_of(line)) {
      for (std::size_t i = 0; i < run.glyph_count; ++i) layout_.glyphs_[run.first_glyph + i].x += move;
    }
  }
  for (CaretStop& stop : layout_.stops_) {
    stop.strong.x += moves[stop.strong.line];
    if (stop.weak) stop.weak->x += moves[stop.weak->line];
  }
}

}  // namespace pishkhan::text
