#include "ui/screens/timeline.h"

namespace pishkhan::screens {

using toolkit::Align;
using toolkit::Rect;
using toolkit::TextStyle;
using toolkit::Type;
using toolkit::VerticalAlign;
using toolkit::Weight;

namespace {

constexpr float kDisc = 52;
constexpr float kEndShare = 0.42F;

struct Styles {
  TextStyle title;
  TextStyle unit;
  TextStyle limit;
  TextStyle due;
};

Styles styles_of(const Page& page) {
  const toolkit::Theme& theme = page.theme();
  const Align end = page.situation.large_text ? Align::Start : Align::End;
  return {{.type = Type::Lead, .weight = Weight::Medium},
          {.type = Type::Body, .colour = theme.ink_soft},
          {.type = Type::Body, .weight = Weight::Medium, .align = end},
          {.type = Type::Small, .colour = theme.ink_soft, .align = end}};
}

struct RowSize {
  float start = 0;  ///< height of title and unit
  float end = 0;    ///< height of limit and due
};

float height_of(Page& page, std::string_view words, const TextStyle& style, float width) {
  return words.empty() ? 0 : page.ui.text_height(words, style, width);
}

RowSize measure(Page& page, const TimelineRow& row, const Styles& styles, float start_width, float end_width) {
  return {
      height_of(page, row.title, styles.title, start_width) +
          height_of(page, row.unit, styles.unit, start_width),
      height_of(page, row.limit, styles.limit, end_width) + height_of(page, row.due, styles.due, end_width)};
}

void draw_disc(Page& page, const Rect& place, const TimelineRow& row, int number) {
  const toolkit::Theme& theme = page.theme();
  page.ui.circle(place.centre(), kDisc / 2, row.done ? theme.leaf : theme.deep);
  if (row.done) {
    page.ui.icon(place, toolkit::Icon::Check, kDisc * 0.65F, theme.on_deep);
    return;
  }
  page.ui.text(place, page.number(number),
               {.type = Type::Small,
                .weight = Weight::Bold,
                .colour = theme.on_deep,
                .align = Align::Centre,
                .vertical = VerticalAlign::Middle});
}

void draw_words(Page& page, Rect place, float height, std::string_view strong, const TextStyle& strong_style,
                std::string_view soft, const TextStyle& soft_style) {
  place.cut_top((place.h - height) / 2);
  if (!strong.empty()) {
    page.ui.text(place.cut_top(height_of(page, strong, strong_style, place.w)), strong, strong_style);
  }
  if (!soft.empty()) page.ui.text(place, soft, soft_style);
}

}  // namespace

void timeline(Page& page, Rect& column, std::span<const TimelineRow> rows) {
  const toolkit::Theme& theme = page.theme();
  const Styles styles = styles_of(page);
  const bool stacked = page.situation.large_text;
  const float inner = column.w - 2 * theme.gap_32;
  const float words = inner - kDisc - theme.gap_24;
  const float end_width = stacked ? words : words * kEndShare;
  const float start_width = stacked ? words : words - end_width - theme.gap_16;

  std::vector<float> heights;
  float total = 2 * theme.gap_8;
  for (const TimelineRow& row : rows) {
    const RowSize size = measure(page, row, styles, start_width, end_width);
    const float content = stacked ? size.start + size.end : std::max(size.start, size.end);
    heights.push_back(std::max(theme.row_height, content + 2 * theme.gap_12));
    total += heights.back();
  }
  Rect box = column.cut_top(total, theme.gap_32);
  toolkit::card(page.ui, box);
  box = box.inset(theme.gap_32, theme.gap_8);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) page.ui.hairline(box.x, box.y, box.w, theme.line);
    Rect place = box.cut_top(heights[i]);
    draw_disc(page, page.ui.cut_start(place, kDisc, theme.gap_24), rows[i], static_cast<int>(i) + 1);
    const RowSize size = measure(page, rows[i], styles, start_width, end_width);
    if (stacked) {
      Rect content = place.centred(place.w, size.start + size.end);
      draw_words(page, content.cut_top(size.start), size.start, rows[i].title, styles.title, rows[i].unit,
                 styles.unit);
      draw_words(page, content, size.end, rows[i].limit, styles.limit, rows[i].due, styles.due);
      continue;
    }
    const Rect end = page.ui.cut_end(place, end_width, theme.gap_16);
    draw_words(page, place, size.start, rows[i].title, styles.title, rows[i].unit, styles.unit);
    draw_words(page, end, size.end, rows[i].limit, styles.limit, rows[i].due, styles.due);
  }
}

}  // namespace pishkhan::screens
