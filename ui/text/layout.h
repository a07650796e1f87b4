#pragma once

#include "ui/text/fonts.h"
#include "ui/text/style.h"
#include "ui/text/wiped.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pishkhan::text {

/// One glyph where its pen stands: pixels from the layout's top left corner, x to the right, y down.
struct Glyph {
  std::uint32_t id = 0;  ///< in the run's font
  float x = 0;
  float y = 0;
  std::size_t byte_offset = 0;  ///< of the first letter it stands for
};

/// Glyphs of one font and one direction. Runs of a line are in visual order, left to right.
struct Run {
  FontIndex font = 0;
  bool right_to_left = false;
  std::size_t first_glyph = 0;  ///< into Layout::glyphs()
  std::size_t glyph_count = 0;
};

struct Line {
  std::size_t byte_begin = 0;  ///< what the line shows of the text, in logical order
  std::size_t byte_end = 0;
  float left = 0;  ///< of the visible text; spaces at a soft break hang outside
  float width = 0;
  float top = 0;  ///< whole pixels; bottom of a line is the top of the next
  float baseline = 0;
  float bottom = 0;
  bool right_to_left = false;  ///< the paragraph's direction
  std::size_t first_run = 0;   ///< into Layout::runs()
  std::size_t run_count = 0;
};

/// A caret is a vertical stroke at x, from the top to the bottom of its line.
struct CaretPlace {
  float x = 0;
  std::size_t line = 0;
  friend bool operator==(const CaretPlace&, const CaretPlace&) = default;
};

/// A place in the text between two graphemes. Between letters of two directions it is seen at two places:
/// `strong` is where a letter of the paragraph's direction would appear, `weak` where one of the other would.
struct CaretStop {
  std::size_t byte_offset = 0;
  CaretPlace strong;
  std::optional<CaretPlace> weak;
};

/// A text set into lines, immutable. All offsets are bytes of the UTF-8 text it was made from; the text
/// itself is not kept. Its memory is wiped when it goes. Thread: a plain value.
class Layout {
 public:
  [[nodiscard]] float width() const { return width_; }  ///< of the widest line
  [[nodiscard]] float height() const { return lines_.empty() ? 0 : lines_.back().bottom; }
  [[nodiscard]] float size_px() const { return size_px_; }
  /// At least one line, even of an empty text.
  [[nodiscard]] std::span<const Line> lines() const { return lines_; }
  [[nodiscard]] std::span<const Run> runs() const { return runs_; }
  [[nodiscard]] std::span<const Run> runs_of(const Line& line) const {
    return runs().subspan(line.first_run, line.run_count);
  }
  [[nodiscard]] std::span<const Glyph> glyphs() const { return glyphs_; }
  [[nodiscard]] std::span<const Glyph> glyphs_of(const Run& run) const {
    return glyphs().subspan(run.first_glyph, run.glyph_count);
  }
  /// Whether maximum_lines cut something off.
  [[nodiscard]] bool cut() const { return cut_; }

  /// In logical order, first at 0, last at the end of the (uncut) text; moving the caret by letter is moving
  /// along this list. A ZWNJ belongs to the grapheme before it; lam-alef is one glyph and two stops.
  [[nodiscard]] std::span<const CaretStop> caret_stops() const { return stops_; }
  /// The stop at the offset, or the nearest before it if the offset lies inside a grapheme.
  [[nodiscard]] const CaretStop& caret(std::size_t byte_offset) const;
  /// The stop one letter further (or nearer) in logical order; itself at the ends.
  [[nodiscard]] const CaretStop& next_caret(std::size_t byte_offset) const;
  [[nodiscard]] const CaretStop& previous_caret(std::size_t byte_offset) const;
  /// The offset whose caret stands nearest; points outside count as the nearest line and end.
  [[nodiscard]] std::size_t hit_test(float x, float y) const;

 private:
  friend class LayoutBuilder;
  [[nodiscard]] std::size_t stop_index(std::size_t byte_offset) const;
  float width_ = 0;
  float size_px_ = 0;
  bool cut_ = false;
  WipedVector<Line> lines_;
  WipedVector<Run> runs_;
  WipedVector<Glyph> glyphs_;
  WipedVector<CaretStop> stops_;
};

}  // namespace pishkhan::text
