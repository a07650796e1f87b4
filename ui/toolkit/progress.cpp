#include "ui/toolkit/widgets.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace pishkhan::toolkit {
namespace {

constexpr SteadyTime kStillUntil{300};
constexpr SteadyTime kSpinnerStep{90};
constexpr int kSpinnerDots = 8;

/// How one row of a step list is divided. In large text the columns become one.
struct StepRow {
  Rect number;
  Rect title;
  Rect detail;
  Rect when;
};

float number_size(const Theme& theme) {
  return std::max(theme.icon * 1.2F, theme.text_size(Type::Body) * 1.9F);
}

bool one_column(const Theme& theme) {
  return theme.text_scale > 1.1F;
}

StepRow divide(const Ui& ui, const Rect& rect) {
  const Theme& theme = ui.theme();
  StepRow row;
  Rect rest = rect;
  row.number = ui.cut_start(rest, number_size(theme), theme.gap_16);
  row.when = ui.cut_end(rest, rest.w * (one_column(theme) ? 0.36F : 0.27F), theme.gap_12);
  if (one_column(theme)) {
    row.title = row.detail = rest;
  } else {
    row.title = ui.cut_start(rest, rest.w * 0.54F, theme.gap_12);
    row.detail = rest;
  }
  return row;
}

const TextStyle kTitle{.type = Type::Body, .weight = Weight::Bold, .vertical = VerticalAlign::Middle};
const TextStyle kWhen{
    .type = Type::Body, .weight = Weight::Bold, .align = Align::End, .vertical = VerticalAlign::Middle};

TextStyle detail_style(const Theme& theme) {
  return {.type = Type::Body, .colour = theme.ink_soft, .vertical = VerticalAlign::Middle};
}

float step_height(Ui& ui, const StepItem& item, float width) {
  const StepRow row = divide(ui, {0, 0, width, 100});
  const float title = ui.text_height(item.title, kTitle, row.title.w);
  const float detail =
      item.detail.empty() ? 0 : ui.text_height(item.detail, detail_style(ui.theme()), row.detail.w);
  const float when = item.when.empty() ? 0 : ui.text_height(item.when, kWhen, row.when.w);
  const float words = one_column(ui.theme()) ? title + detail : std::max(title, detail);
  return std::max(ui.theme().row_height, std::max(words, when) + ui.theme().gap_24);
}

void draw_step(Ui& ui, const Rect& rect, const StepItem& item, std::size_t number) {
  const Theme& theme = ui.theme();
  StepRow row = divide(ui, rect);
  const float size = number_size(theme);
  ui.circle(row.number.centre(), size / 2, item.done ? theme.leaf : theme.deep);
  if (item.done) {
    ui.icon(row.number, Icon::Check, size * 0.66F, theme.on_deep);
  } else {
    ui.text(row.number, local_digits(std::to_string(number), ui.language()),
            {.type = Type::Body,
             .weight = Weight::Bold,
             .colour = theme.on_deep,
             .align = Align::Centre,
             .vertical = VerticalAlign::Middle});
  }
  if (one_column(theme) && !item.detail.empty()) {
    const float title = ui.text_height(item.title, kTitle, row.title.w);
    const float detail = ui.text_height(item.detail, detail_style(theme), row.title.w);
    Rect block = row.title.centred(row.title.w, title + detail);
    row.title = block.cut_top(title);
    row.detail = block;
  }
  ui.text(row.title, item.title, kTitle);
  if (!item.detail.empty()) ui.text(row.detail, item.detail, detail_style(theme));
  if (!item.when.empty()) ui.text(row.when, item.when, kWhen);
}

}  // namespace

void progress_bar(Ui& ui, const Rect& rect, int done, int steps) {
  const Theme& theme = ui.theme();
  int number = 0;
  for (const Rect& bar : ui.columns(rect, std::max(steps, 1), theme.gap_12)) {
    const bool filled = number++ < done;
    ui.fill_rounded(bar, bar.h / 2, filled ? theme.turquoise : theme.card);
    if (!filled) ui.fill_rounded(bar, bar.h / 2, theme.high_contrast ? theme.key_quiet : theme.line);
    if (theme.high_contrast) ui.border_rounded(bar, bar.h / 2, theme.hairline, theme.ink);
  }
}

void step_list(Ui& ui, const Rect& rect, std::span<const StepItem> items) {
  const Theme& theme = ui.theme();
  card(ui, rect);
  Rect rest = rect.inset(theme.gap_32, theme.gap_12);
  std::size_t number = 0;
  for (const StepItem& item : items) {
    if (number > 0) ui.hairline(rest.x, rest.y - theme.hairline / 2, rest.w, theme.line);
    draw_step(ui, rest.cut_top(step_height(ui, item, rest.w)), item, ++number);
  }
}

float step_list_height(Ui& ui, std::span<const StepItem> items, float width) {
  float height = 2 * ui.theme().gap_12;
  for (const StepItem& item : items) height += step_height(ui, item, width - 2 * ui.theme().gap_32);
  return height;
}

namespace {

float bullet_row_height(Ui& ui, const std::string& row, float width) {
  const Theme& theme = ui.theme();
  const float words = ui.text_height(row, {.type = Type::Body}, width - theme.gap_32);
  return std::max(theme.row_height * 0.8F, words + theme.gap_24);
}

}  // namespace

void bullet_list(Ui& ui, const Rect& rect, std::span<const std::string> rows) {
  const Theme& theme = ui.theme();
  card(ui, rect);
  Rect rest = rect.inset(theme.gap_32, theme.gap_12);
  bool first = true;
  for (const std::string& row : rows) {
    if (!first) ui.hairline(rest.x, rest.y - theme.hairline / 2, rest.w, theme.line);
    first = false;
    Rect line = rest.cut_top(bullet_row_height(ui, row, rest.w));
    const Rect side = ui.cut_start(line, theme.gap_12, theme.gap_32 - theme.gap_12);
    const float words = ui.text_height(row, {.type = Type::Body}, line.w);
    const Rect block = line.centred(line.w, words);
    ui.circle({side.centre().x, block.y + theme.text_size(Type::Body) * 0.8F}, 6 * theme.text_scale,
              theme.deep);
    ui.text(block, row, {.type = Type::Body});
  }
}

float bullet_list_height(Ui& ui, std::span<const std::string> rows, float width) {
  float height = 2 * ui.theme().gap_12;
  for (const std::string& row : rows) height += bullet_row_height(ui, row, width - 2 * ui.theme().gap_32);
  return height;
}

void spinner(Ui& ui, const Rect& rect, SteadyTime waiting_for, Colour colour) {
  if (waiting_for < kStillUntil) {
    ui.animate(kStillUntil - waiting_for);
    return;
  }
  const auto turn = static_cast<int>(waiting_for / kSpinnerStep) % kSpinnerDots;
  const float reach = std::min(rect.w, rect.h) / 2;
  for (int i = 0; i < kSpinnerDots; ++i) {
    const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / kSpinnerDots;
    const float age = static_cast<float>((turn - i + kSpinnerDots) % kSpinnerDots) / kSpinnerDots;
    const Point middle{rect.centre().x + reach * 0.8F * std::sin(angle),
                       rect.centre().y - reach * 0.8F * std::cos(angle)};
    ui.circle(middle, reach * 0.16F, colour.with_opacity(1 - 0.85F * age));
  }
  ui.animate(kSpinnerStep);
}

}  // namespace pishkhan::toolkit
