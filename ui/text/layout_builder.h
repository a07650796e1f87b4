#pragma once

// For the sources of ui/text only.
#include "ui/text/layout.h"
#include "ui/text/paragraph.h"
#include "ui/text/shaper.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pishkhan::text {

/// Builds one Layout: paragraph by paragraph, line by line.
class LayoutBuilder {
 public:
  LayoutBuilder(const FontSet& fonts, const Analyser& analyser, Shaper& shaper, const Style& style,
                float maximum_width);
  Layout build(std::string_view utf8);

 private:
  /// A grapheme where it is seen, on the line being built.
  struct Box {
    std::uint32_t begin = 0;
    float left = 0;
    float right = 0;
    std::int8_t level = 0;
  };
  /// One line shaped, from x = 0; only then is it known whether it fits.
  struct SetLine {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    float visible = 0;  ///< width without the white space that hangs at a soft break
    float hanging = 0;
    WipedVector<Run> runs;
    WipedVector<Glyph> glyphs;
    WipedVector<Box> boxes;
  };

  void build_paragraph(const Paragraph& paragraph, bool more_follows);
  void measure(const Paragraph& paragraph);
  [[nodiscard]] std::uint32_t choose_end(const Paragraph& paragraph, std::uint32_t begin,
                                         std::uint32_t limit) const;
  SetLine set_fitting_line(const Paragraph& paragraph, std::uint32_t begin);
  SetLine set_line(const Paragraph& paragraph, std::uint32_t begin, std::uint32_t end);
  [[nodiscard]] WipedVector<Item> line_items(const Paragraph& paragraph, std::uint32_t begin, std::uint32_t end,
                                             std::uint32_t tail) const;
  void place_item(const Paragraph& paragraph, const Item& item, float& pen, SetLine& line);
  void place_boxes(const Paragraph& paragraph, const Item& item, WipedVector<Box>& clusters,
                   SetLine& line) const;
  void add_line(const Paragraph& paragraph, SetLine& line, bool ends_paragraph);
  void add_stops(const Paragraph& paragraph, SetLine& line, std::size_t number, bool ends_paragraph);
  void add_cut_line(const Paragraph& paragraph, const SetLine& uncut);
  Paragraph shorten(const Paragraph& paragraph, std::uint32_t end) const;
  void align();
  [[nodiscard]] bool on_last_line() const;
  [[nodiscard]] bool fits(float width_px) const;

  const FontSet& fonts_;
  const Analyser& analyser_;
  Shaper& shaper_;
  const Style& style_;
  float maximum_width_;
  float line_height_px_ = 0;
  float baseline_px_ = 0;
  Layout layout_;
  WipedVector<float> widths_;  ///< of the paragraph up to each code point, logical order, unbroken
};

}  // namespace pishkhan::text
