#include "ui/toolkit/widgets.h"

#include <algorithm>

namespace pishkhan::toolkit {
namespace {

struct Paint {
  std::optional<Colour> ground;
  std::optional<Colour> border;
  Colour words;
};

Paint paint_of(const Theme& theme, ButtonLook look, Enabled enabled, bool pressed) {
  if (enabled == Enabled::No) {
    switch (look) {
      case ButtonLook::Main:
        return {theme.dimmed, std::nullopt, theme.on_dimmed};
      case ButtonLook::Secondary:
        return {theme.card, theme.line, theme.on_dimmed};
      case ButtonLook::OnDeep:
      case ButtonLook::OnDeepFilled:
        return {std::nullopt, theme.on_deep.with_opacity(0.35F), theme.on_deep_soft};
      case ButtonLook::Quiet:
      case ButtonLook::Danger:
        break;
    }
    return {std::nullopt, std::nullopt, theme.on_dimmed};
  }
  switch (look) {
    case ButtonLook::Main:
      return {pressed ? theme.deep_2 : theme.deep, std::nullopt, theme.on_deep};
    case ButtonLook::Secondary:
      return {pressed ? theme.turquoise_soft : theme.card, theme.deep, theme.deep};
    case ButtonLook::Danger: {
      const std::optional<Colour> ground = pressed ? std::optional(theme.ruby_soft) : std::nullopt;
      return {ground, std::nullopt, theme.ruby};
    }
    case ButtonLook::OnDeep: {
      const std::optional<Colour> ground =
          pressed ? std::optional(theme.on_deep.with_opacity(0.18F)) : std::nullopt;
      return {ground, theme.on_deep.with_opacity(theme.high_contrast ? 1.0F : 0.55F), theme.on_deep};
    }
    case ButtonLook::OnDeepFilled:
      return {pressed ? theme.turquoise_soft : theme.on_deep, std::nullopt, theme.deep};
    case ButtonLook::Quiet:
      break;
  }
  return {pressed ? std::optional(theme.turquoise_soft) : std::nullopt, std::nullopt, theme.deep};
}

void paint_ground(Ui& ui, const Rect& rect, const Paint& paint) {
  const Theme& theme = ui.theme();
  if (paint.ground) ui.fill_rounded(rect, theme.radius_button, *paint.ground);
  if (paint.border) ui.border_rounded(rect, theme.radius_button, theme.border, *paint.border);
}

TextStyle label_style(Type type, Colour colour) {
  return {.type = type,
          .weight = Weight::Bold,
          .colour = colour,
          .align = Align::Centre,
          .vertical = VerticalAlign::Middle,
          .direction = Direction::OfPage,
          .overflow = Overflow::Wrap};
}

float icon_size(const Ui& ui, Type type) {
  return ui.theme().text_size(type) * 1.3F;
}

}  // namespace

bool button(Ui& ui, const Rect& rect, const ButtonSpec& spec) {
  const Touch touch = ui.touch(spec.id, rect, spec.label, spec.enabled);
  const Theme& theme = ui.theme();
  const Paint paint = paint_of(theme, spec.look, spec.enabled, touch.pressed);
  paint_ground(ui, rect, paint);
  const TextStyle style = label_style(spec.type, paint.words);
  if (!spec.icon) {
    ui.text(rect.inset(theme.gap_12, 0), spec.label, style);
    return touch.tapped;
  }
  const float icon = icon_size(ui, spec.type);
  const float words =
      std::min(ui.text_width(spec.label, style), rect.w - icon - theme.gap_12 - 2 * theme.gap_12);
  Rect group = rect.centred(icon + theme.gap_12 + words, rect.h);
  const Rect picture = spec.icon_side == IconSide::Before ? ui.cut_start(group, icon, theme.gap_12)
                                                          : ui.cut_end(group, icon, theme.gap_12);
  ui.icon(picture, *spec.icon, icon, paint.words);
  ui.text(group, spec.label, style);
  return touch.tapped;
}

float button_width(Ui& ui, const ButtonSpec& spec) {
  const Theme& theme = ui.theme();
  const float icon = spec.icon ? icon_size(ui, spec.type) + theme.gap_12 : 0;
  return ui.text_width(spec.label, label_style(spec.type, theme.ink)) + icon + 2 * theme.gap_32;
}

bool icon_button(Ui& ui, const Rect& rect, std::string_view id, Icon icon, std::string_view label,
                 ButtonLook look) {
  const Touch touch = ui.touch(id, rect, label);
  const Paint paint = paint_of(ui.theme(), look, Enabled::Yes, touch.pressed);
  paint_ground(ui, rect, paint);
  ui.icon(rect, icon, ui.theme().icon, paint.words);
  return touch.tapped;
}

bool icon_over_label(Ui& ui, const Rect& rect, std::string_view id, Icon icon, std::string_view label,
                     Colour colour) {
  const Touch touch = ui.touch(id, rect, label);
  const Theme& theme = ui.theme();
  if (touch.pressed) ui.fill_rounded(rect, theme.radius_button, colour.with_opacity(0.15F));
  TextStyle style = label_style(Type::Body, colour);
  style.weight = Weight::Medium;
  style.vertical = VerticalAlign::Top;
  const float size = theme.icon * 1.2F;
  const float words = ui.text_height(label, style, rect.w);
  Rect group = rect.centred(rect.w, size + theme.gap_8 + words);
  ui.icon(group.cut_top(size, theme.gap_8), icon, size, colour);
  ui.text(group, label, style);
  return touch.tapped;
}

bool choice_row(Ui& ui, const Rect& rect, std::string_view id, std::string_view label, Chosen chosen) {
  const Touch touch = ui.touch(id, rect, label);
  const Theme& theme = ui.theme();
  const bool on = chosen == Chosen::Yes;
  ui.fill_rounded(rect, theme.radius_button, on || touch.pressed ? theme.turquoise_soft : theme.card);
  ui.border_rounded(rect, theme.radius_button, on ? theme.border : theme.hairline,
                    on ? theme.deep : theme.line);
  Rect inner = rect.inset(theme.gap_24, 0);
  const Point middle = ui.cut_start(inner, theme.icon, theme.gap_16).centre();
  const float radius = theme.icon * 0.42F;
  ui.circle(middle, radius, on ? theme.deep : theme.ink_soft);
  ui.circle(middle, radius - theme.border, theme.card);
  if (on) ui.circle(middle, radius * 0.55F, theme.deep);
  ui.text(
      inner, label,
      {.type = Type::Lead, .weight = on ? Weight::Bold : Weight::Regular, .vertical = VerticalAlign::Middle});
  return touch.tapped;
}

float choice_row_height(Ui& ui, std::string_view label, float width) {
  const Theme& theme = ui.theme();
  const float words = width - 2 * theme.gap_24 - theme.icon - theme.gap_16;
  const TextStyle style{.type = Type::Lead, .weight = Weight::Bold};
  return std::max(theme.row_height, ui.text_height(label, style, words) + theme.gap_24);
}

bool list_row(Ui& ui, const Rect& rect, std::string_view id, std::optional<Icon> icon, std::string_view title,
              std::string_view subtitle) {
  const Touch touch = ui.touch(id, rect, title);
  const Theme& theme = ui.theme();
  ui.fill_rounded(rect, theme.radius_card, touch.pressed ? theme.turquoise_soft : theme.card);
  ui.border_rounded(rect, theme.radius_card, theme.hairline, theme.line);
  Rect inner = rect.inset(theme.gap_24, 0);
  if (icon) ui.icon(ui.cut_start(inner, theme.icon, theme.gap_16), *icon, theme.icon, theme.deep);
  ui.icon(ui.cut_end(inner, theme.icon, theme.gap_16), Icon::Forward, theme.icon, theme.deep);
  const TextStyle upper{.type = Type::Lead, .weight = Weight::Bold};
  const TextStyle lower{.type = Type::Body, .colour = theme.ink_soft};
  const float lower_height = subtitle.empty() ? 0 : ui.text_height(subtitle, lower, inner.w);
  Rect words = inner.centred(inner.w, ui.text_height(title, upper, inner.w) + lower_height);
  words.cut_top(ui.text(words, title, upper));
  if (!subtitle.empty()) ui.text(words, subtitle, lower);
  return touch.tapped;
}

bool chip(Ui& ui, const Rect& rect, std::string_view id, std::string_view label, Chosen chosen) {
  const Touch touch = ui.touch(id, rect, label);
  const Theme& theme = ui.theme();
  const bool on = chosen == Chosen::Yes;
  const Colour ground = on ? theme.deep : touch.pressed ? theme.turquoise_soft : theme.card;
  ui.fill_rounded(rect, std::min(rect.h / 2, theme.radius_card), ground);
  if (!on) ui.border_rounded(rect, std::min(rect.h / 2, theme.radius_card), theme.hairline, theme.deep);
  ui.text(rect, label, label_style(Type::Body, on ? theme.on_deep : theme.deep));
  return touch.tapped;
}

}  // namespace pishkhan::toolkit
