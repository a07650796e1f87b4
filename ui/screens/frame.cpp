#include "ui/screens/frame.h"

namespace pishkhan::screens {

using toolkit::ButtonLook;
using toolkit::Enabled;
using toolkit::Icon;
using toolkit::Rect;
using toolkit::TextStyle;
using toolkit::Type;
using toolkit::VerticalAlign;
using toolkit::Weight;

namespace {

constexpr float kHeaderButton = 88;
constexpr float kReasonHeight = 64;

/// End at the far side of the header, away from the main action; then language and access.
void draw_header_buttons(Page& page, Rect& row, const Header& header) {
  toolkit::Ui& ui = page.ui;
  const float gap = page.theme().gap_12;
  if (header.may_end) {
    const toolkit::ButtonSpec end{
        .id = "end", .label = page.tr("End"), .look = ButtonLook::OnDeep, .type = Type::Body};
    const float width = std::max(kHeaderButton, std::min(toolkit::button_width(ui, end), row.w / 4));
    if (page.button(ui.cut_end(row, width, gap), end)) page.ask(action::End{});
  }
  const bool persian = page.language() == Language::Persian;
  const toolkit::ButtonSpec other{.id = persian ? "language/en" : "language/fa",
                                  .label = persian ? "EN" : "فا",
                                  .look = ButtonLook::OnDeep,
                                  .type = Type::Body};
  const float other_width = std::max(kHeaderButton, toolkit::button_width(ui, other));
  if (page.button(ui.cut_end(row, other_width, gap), other)) {
    page.ask(action::ChooseLanguage{persian ? Language::English : Language::Persian});
  }
  const auto contrast = page.situation.high_contrast ? page.tr("Usual colours") : page.tr("Stronger colours");
  if (toolkit::icon_button(ui, ui.cut_end(row, kHeaderButton, gap), "contrast", Icon::Contrast, contrast,
                           ButtonLook::OnDeep)) {
    page.ask(action::ToggleHighContrast{});
  }
  const auto size = page.situation.large_text ? page.tr("Usual letters") : page.tr("Larger letters");
  if (toolkit::icon_button(ui, ui.cut_end(row, kHeaderButton, page.theme().gap_24), "text-size", Icon::TextSize,
                           size, ButtonLook::OnDeep)) {
    page.ask(action::ToggleLargeText{});
  }
}

void draw_header(Page& page, const Rect& rect, const Header& header) {
  const toolkit::Theme& theme = page.theme();
  page.ui.fill(rect, header.done ? theme.leaf : theme.deep);
  Rect row = rect.inset(theme.margin, (rect.h - kHeaderButton) / 2);
  draw_header_buttons(page, row, header);
  Rect words{row.x, rect.y + theme.gap_12, row.w, rect.h - 2 * theme.gap_12};
  const TextStyle title{
      .type = Type::Title, .weight = Weight::Bold, .colour = theme.on_deep, .vertical = VerticalAlign::Middle};
  if (header.subtitle.empty()) {
    page.fit(words, header.title, title);
    return;
  }
  const TextStyle soft{.type = Type::Small, .colour = theme.on_deep_soft, .vertical = VerticalAlign::Middle};
  const float soft_height = page.ui.text_height("۰", soft, words.w);
  const Rect below = words.cut_bottom(soft_height);
  TextStyle fitted = title;
  fitted.vertical = VerticalAlign::Bottom;
  page.fit(words, header.title, fitted);
  page.fit(below, header.subtitle, soft);
}

/// A thin line on every screen of a city that does not exist.
void draw_fictional_line(Page& page, Rect& body) {
  if (!page.city().fictional) return;
  const toolkit::Theme& theme = page.theme();
  const TextStyle style{.type = Type::Small, .colour = theme.ink, .align = toolkit::Align::Centre};
  const std::string_view words = page.in(page.city().fictional_notice);
  const float width = body.w - 2 * theme.margin;
  const float height = page.ui.text_height(words, style, width) + 2 * theme.gap_8;
  const Rect strip = body.cut_top(height);
  page.ui.fill(strip, theme.saffron_soft);
  page.ui.text(strip.inset(theme.margin, theme.gap_8), words, style);
  if (theme.high_contrast) page.ui.hairline(strip.x, strip.bottom(), strip.w, theme.line);
}

void draw_reason(Page& page, const Rect& strip, const MainAction& main) {
  const toolkit::Theme& theme = page.theme();
  Rect row = strip.inset(theme.margin, 0);
  const Rect icon = page.ui.cut_start(row, theme.icon, theme.gap_12);
  const bool ready = main.reason.empty();
  page.ui.icon(icon, ready ? Icon::Done : Icon::Info, theme.icon * 0.75F, ready ? theme.leaf : theme.saffron);
  page.fit(row, ready ? page.tr("This step is complete.") : main.reason,
           {.type = Type::Body, .colour = theme.ink, .vertical = VerticalAlign::Middle});
}

void draw_footer(Page& page, Rect& body, const Footer& footer) {
  const toolkit::Theme& theme = page.theme();
  const bool reason = footer.main && (footer.reason_room == ReasonRoom::Always || !footer.main->reason.empty());
  const float reason_height = reason ? kReasonHeight * theme.text_scale : 0;
  Rect rect = body.cut_bottom(theme.footer_height + reason_height);
  page.ui.fill(rect, theme.card);
  page.ui.hairline(rect.x, rect.y, rect.w, theme.line);
  if (reason) {
    const Rect strip = rect.cut_top(reason_height).moved(0, theme.gap_8);
    draw_reason(page, strip, *footer.main);
  }
  Rect row = rect.inset(theme.margin, (rect.h - theme.button_height) / 2);
  if (footer.side) {
    const toolkit::ButtonSpec side{.id = footer.side->id,
                                   .label = footer.side->label,
                                   .look = ButtonLook::Secondary,
                                   .icon = footer.side->icon,
                                   .enabled = footer.side->enabled};
    const float width = footer.main
                            ? std::max(row.w * 0.36F, std::min(toolkit::button_width(page.ui, side), row.w / 2))
                            : row.w * 0.36F;
    if (page.button(page.ui.cut_start(row, width, theme.gap_24), side)) page.ask(footer.side->action);
  }
  if (footer.main) {
    const toolkit::ButtonSpec main{.id = "main",
                                   .label = footer.main->label,
                                   .look = ButtonLook::Main,
                                   .icon = footer.main->icon,
                                   .icon_side = toolkit::IconSide::After,
                                   .enabled = footer.main->reason.empty() ? Enabled::Yes : Enabled::No};
    if (page.button(row, main)) page.ask(footer.main->action);
  }
}

}  // namespace

Rect draw_frame(Page& page, const Header& header, const Footer& footer) {
  const toolkit::Theme& theme = page.theme();
  Rect body = page.ui.page();
  page.ui.fill(body, theme.paper);
  draw_header(page, body.cut_top(theme.header_height), header);
  draw_fictional_line(page, body);
  if (footer.side || footer.main) draw_footer(page, body, footer);
  body = body.inset(theme.margin, 0);
  if (header.steps > 0) {
    body.cut_top(theme.gap_24);
    toolkit::progress_bar(page.ui, body.cut_top(theme.gap_12), header.step + 1, header.steps);
  }
  body.cut_top(theme.gap_24);
  return body;
}

Scrolled::Scrolled(Page& page, std::string_view id, const Rect& body)
    : page_(page), area_(page.ui, id, {page.ui.page().x, body.y, page.ui.page().w, body.h}) {}

Rect Scrolled::column() const {
  return area_.content().inset(page_.theme().margin, 0);
}

void Scrolled::finish(float bottom) {
  area_.finish(bottom);
}

SideAction back_action(const Page& page) {
  SideAction back;
  back.label = page.tr("Back");
  return back;
}

std::string step_words(const Page& page, int step, int steps) {
  if (steps <= 0) return {};
  return fill(page.tr("Step {step} of {steps}"),
              {{"step", page.number(step + 1)}, {"steps", page.number(steps)}});
}

}  // namespace pishkhan::screens
