#include "ui/screens/page.h"

#include "base/formats/digits.h"

#include <algorithm>

namespace pishkhan::screens {

using toolkit::Rect;
using toolkit::TextStyle;
using toolkit::Type;
using toolkit::Weight;

std::string_view Page::tr(std::string_view sentence) const {
  return language() == Language::English ? sentence : translations_.tr(sentence);
}

std::string Page::number(std::int64_t value) const {
  return formats::localised_digits(std::to_string(value), language());
}

void Page::flow(Rect& column, std::string_view words, const TextStyle& style, float gap_after) {
  const float height = ui.text_height(words, style, column.w);
  ui.text(column.cut_top(height, gap_after), words, style);
}

void Page::question(Rect& column, std::string_view words) {
  flow(column, words, {.type = Type::Display, .weight = Weight::Bold}, theme().gap_24);
}

void Page::heading(Rect& column, std::string_view words) {
  flow(column, words, {.type = Type::Subtitle, .weight = Weight::Bold}, theme().gap_12);
}

void Page::paragraph(Rect& column, std::string_view words) {
  flow(column, words, {.type = Type::Lead, .colour = theme().ink_soft}, theme().gap_24);
}

void Page::remark(Rect& column, toolkit::Icon icon, std::string_view words) {
  const TextStyle style{.type = Type::Body, .colour = theme().ink_soft};
  const float icon_box = theme().icon;
  const float height = std::max(icon_box, ui.text_height(words, style, column.w - icon_box - theme().gap_16));
  Rect row = column.cut_top(height, theme().gap_16);
  Rect place = ui.cut_start(row, icon_box, theme().gap_16);
  ui.icon(place.cut_top(icon_box), icon, icon_box * 0.8F, theme().turquoise);
  ui.text(row, words, style);
}

void Page::notice(Rect& column, toolkit::NoticeKind kind, std::string_view words) {
  const float height = toolkit::notice_height(ui, kind, words, column.w);
  toolkit::notice(ui, column.cut_top(height, theme().gap_24), kind, words);
}

void Page::picture(Rect& column, toolkit::Icon icon, toolkit::Colour ground, toolkit::Colour ink) {
  constexpr float kDiameter = 152;
  column.cut_top(theme().gap_24);
  Rect row = column.cut_top(kDiameter, theme().gap_32);
  const Rect disc = ui.cut_start(row, kDiameter);
  ui.circle(disc.centre(), kDiameter / 2, ground);
  ui.icon(disc, icon, kDiameter * 0.5F, ink);
}

void Page::bullets(Rect& column, std::span<const std::string> rows) {
  const float height = toolkit::bullet_list_height(ui, rows, column.w);
  toolkit::bullet_list(ui, column.cut_top(height, theme().gap_32), rows);
}

void Page::fit(const Rect& rect, std::string_view words, TextStyle style) {
  while (style.type > Type::Small && ui.text_height(words, style, rect.w) > rect.h + 1) {
    style.type = static_cast<Type>(static_cast<int>(style.type) - 1);
  }
  require_room(ui.text_height(words, style, rect.w), rect.h);
  ui.text(rect, words, style);
}

bool Page::button(const Rect& rect, const toolkit::ButtonSpec& spec) {
  toolkit::ButtonSpec fitted = spec;
  while (fitted.type > Type::Small && toolkit::button_width(ui, fitted) > rect.w + 1) {
    fitted.type = static_cast<Type>(static_cast<int>(fitted.type) - 1);
  }
  require_room(toolkit::button_width(ui, fitted), rect.w);
  return toolkit::button(ui, rect, fitted);
}

}  // namespace pishkhan::screens
