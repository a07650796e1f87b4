#include "ui/text/layout_builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pishkhan::text {
namespace {

/// Layout widths are sums of floats in another order than when measured; this much is no difference.
constexpr float kTolerance_px = 0.02F;

bool grapheme_at(const Paragraph& paragraph, std::size_t index) {
  return (paragraph.before[index] & before::kGrapheme) != 0;
}

}  // namespace

LayoutBuilder::LayoutBuilder(const FontSet& fonts, const Analyser& analyser, Shaper& shaper, const Style& style,
                             float maximum_width)
    : fonts_(fonts), analyser_(analyser), shaper_(shaper), style_(style), maximum_width_(maximum_width) {
  const FontFile& font = fonts_.file(fonts_.of(style_.weight));
  line_height_px_ = std::max(1.0F, std::round(style_.size_px * style_.line_height));
  const float letters_px = (font.ascent_em + font.descent_em) * style_.size_px;
  baseline_px_ = std::round((line_height_px_ - letters_px) / 2 + font.ascent_em * style_.size_px);
  layout_.size_px_ = style_.size_px;
}

bool LayoutBuilder::fits(float width_px) const {
  return width_px <= maximum_width_ + kTolerance_px;
}

bool LayoutBuilder::on_last_line() const {
  return style_.maximum_lines > 0 && static_cast<int>(layout_.lines_.size()) + 1 >= style_.maximum_lines;
}

Layout LayoutBuilder::build(std::string_view utf8) {
  std::size_t offset = 0;
  bool more = true;
  while (more && !layout_.cut_) {
    Paragraph paragraph;
    offset = read_paragraph(utf8, offset, paragraph, more);
    analyser_.analyse(paragraph, style_);
    build_paragraph(paragraph, more);
  }
  if (layout_.stops_.back().byte_offset < utf8.size()) {
    CaretStop end = layout_.stops_.back();
    end.byte_offset = utf8.size();
    layout_.stops_.push_back(end);
  }
  align();
  return std::move(layout_);
}

void LayoutBuilder::build_paragraph(const Paragraph& paragraph, bool more_follows) {
  if (std::isfinite(maximum_width_)) measure(paragraph);
  std::uint32_t begin = 0;
  do {
    SetLine line = set_fitting_line(paragraph, begin);
    const bool ends = line.end == paragraph.size();
    if (on_last_line() && (!ends || more_follows)) {
      add_cut_line(paragraph, line);
      return;
    }
    add_line(paragraph, line, ends);
    begin = line.end;
  } while (begin < paragraph.size());
}

void LayoutBuilder::measure(const Paragraph& paragraph) {
  widths_.assign(paragraph.size() + 1, 0);
  for (const Item& item : paragraph.items) {
    for (const ShapedGlyph& glyph : shaper_.shape(paragraph, item, style_.language)) {
      widths_[glyph.cluster + 1] += glyph.advance_em * style_.size_px;
    }
  }
  for (std::size_t i = 1; i < widths_.size(); ++i) widths_[i] += widths_[i - 1];
}

/// The farthest break that fits by the measured widths, up to `limit`; inside a word only if no other does.
std::uint32_t LayoutBuilder::choose_end(const Paragraph& paragraph, std::uint32_t begin,
                                        std::uint32_t limit) const {
  const auto size = static_cast<std::uint32_t>(paragraph.size());
  if (!std::isfinite(maximum_width_)) return size;
  constexpr std::uint8_t kBoth = before::kGrapheme | before::kLine;
  std::uint32_t at_break = begin;
  std::uint32_t in_word = begin;
  for (std::uint32_t end = begin + 1; end <= limit; ++end) {
    if (!grapheme_at(paragraph, end)) continue;
    const std::size_t visible_end = line_tail(paragraph.bidi, begin, end);
    const bool here = fits(widths_[visible_end] - widths_[begin]);
    if (!here && in_word > begin) break;
    in_word = end;
    if (here && (paragraph.before[end] & kBoth) == kBoth) at_break = end;
    if (!here) break;
  }
  if (at_break > begin) return at_break;
  return in_word > begin ? in_word : size;
}

LayoutBuilder::SetLine LayoutBuilder::set_fitting_line(const Paragraph& paragraph, std::uint32_t begin) {
  auto limit = static_cast<std::uint32_t>(paragraph.size());
  for (;;) {
    const std::uint32_t end = choose_end(paragraph, begin, limit);
    SetLine line = set_line(paragraph, begin, end);
    if (fits(line.visible)) return line;
    // Shaped alone the line came out wider than measured (or a single letter is too wide): take less.
    std::uint32_t less = end;
    do {
      if (less <= begin + 1) return line;
      --less;
    } while (!grapheme_at(paragraph, less));
    limit = less;
  }
}

/// The parts of the items that stand on the line, its tail at the paragraph's level (UAX #9, L1 part 4).
WipedVector<Item> LayoutBuilder::line_items(const Paragraph& paragraph, std::uint32_t begin, std::uint32_t end,
                                            std::uint32_t tail) const {
  WipedVector<Item> items;
  const auto base = static_cast<std::int8_t>(paragraph.bidi.base);
  for (const Item& item : paragraph.items) {
    Item part = item;
    part.begin = std::max(item.begin, begin);
    part.end = std::min(item.end, end);
    if (part.begin >= part.end) continue;
    if (part.end > tail && part.level != base) {
      Item hanging = part;
      hanging.begin = std::max(part.begin, tail);
      hanging.level = base;
      part.end = hanging.begin;
      if (part.begin < part.end) items.push_back(part);
      part = hanging;
    }
    items.push_back(part);
  }
  return items;
}

LayoutBuilder::SetLine LayoutBuilder::set_line(const Paragraph& paragraph, std::uint32_t begin,
                                               std::uint32_t end) {
  SetLine line;
  line.begin = begin;
  line.end = end;
  auto tail = static_cast<std::uint32_t>(line_tail(paragraph.bidi, begin, end));
  while (tail < end && !grapheme_at(paragraph, tail)) ++tail;
  const WipedVector<Item> items = line_items(paragraph, begin, end, tail);
  WipedVector<std::int8_t> levels;
  levels.reserve(items.size());
  for (const Item& item : items) levels.push_back(item.level);
  float pen = 0;
  for (const std::uint32_t index : visual_order(levels)) place_item(paragraph, items[index], pen, line);
  std::sort(line.boxes.begin(), line.boxes.end(), [](const Box& a, const Box& b) { return a.begin < b.begin; });
  float hanging = 0;
  for (const Box& box : line.boxes) {
    if (box.begin >= tail) hanging += box.right - box.left;
  }
  // Spaces hang where a line breaks; at the end of a paragraph they count as far as there is room.
  const bool soft_break = end < paragraph.size();
  line.hanging = soft_break || !fits(pen) ? hanging : 0;
  line.visible = pen - line.hanging;
  return line;
}

void LayoutBuilder::place_item(const Paragraph& paragraph, const Item& item, float& pen, SetLine& line) {
  const WipedVector<ShapedGlyph>& shaped = shaper_.shape(paragraph, item, style_.language);
  Run run;
  run.font = item.font;
  run.right_to_left = item.level % 2 != 0;
  run.first_glyph = line.glyphs.size();
  run.glyph_count = shaped.size();
  line.runs.push_back(run);
  WipedVector<Box> clusters;
  const float size = style_.size_px;
  for (const ShapedGlyph& glyph : shaped) {
    line.glyphs.push_back(
        {glyph.id, pen + glyph.x_em * size, baseline_px_ - glyph.y_em * size, paragraph.bytes[glyph.cluster]});
    if (clusters.empty() || clusters.back().begin != glyph.cluster) {
      clusters.push_back({glyph.cluster, pen, pen, item.level});
    }
    pen += glyph.advance_em * size;
    clusters.back().right = pen;
  }
  if (clusters.empty()) clusters.push_back({item.begin, pen, pen, item.level});
  place_boxes(paragraph, item, clusters, line);
}

/// Divides each cluster evenly among its graphemes: lam-alef is one glyph and two boxes. A cluster without
/// a grapheme's beginning (a ZWNJ) belongs to the box before it.
void LayoutBuilder::place_boxes(const Paragraph& paragraph, const Item& item, WipedVector<Box>& clusters,
                                SetLine& line) const {
  const bool right_to_left = item.level % 2 != 0;
  if (right_to_left) std::reverse(clusters.begin(), clusters.end());
  clusters.front().begin = item.begin;
  const std::size_t first_box = line.boxes.size();
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    const Box& cluster = clusters[i];
    const std::uint32_t end = i + 1 < clusters.size() ? clusters[i + 1].begin : item.end;
    std::uint32_t count = 0;
    for (std::uint32_t at = cluster.begin; at < end; ++at) count += grapheme_at(paragraph, at) ? 1 : 0;
    if (count == 0) {
      if (line.boxes.size() == first_box) continue;
      Box& last = line.boxes.back();
      last.left = std::min(last.left, cluster.left);
      last.right = std::max(last.right, cluster.right);
      continue;
    }
    const float share = (cluster.right - cluster.left) / static_cast<float>(count);
    std::uint32_t number = 0;
    for (std::uint32_t at = cluster.begin; at < end; ++at) {
      if (!grapheme_at(paragraph, at)) continue;
      const std::uint32_t place = right_to_left ? count - 1 - number : number;
      const float left = cluster.left + share * static_cast<float>(place);
      line.boxes.push_back({at, left, place + 1 == count ? cluster.right : left + share, item.level});
      ++number;
    }
  }
}

}  // namespace pishkhan::text
