#include "ui/screens/welcome.h"

#include "base/formats/calendar.h"
#include "ui/screens/words.h"

namespace pishkhan::screens {

using toolkit::Align;
using toolkit::ButtonLook;
using toolkit::Icon;
using toolkit::Rect;
using toolkit::TextStyle;
using toolkit::Type;
using toolkit::VerticalAlign;
using toolkit::Weight;

namespace {

constexpr float kPlaceHeight = 220;
constexpr float kHeroHeight = 860;
constexpr float kLanguageHeight = 152;
constexpr float kBarHeight = 260;
constexpr float kSideMargin = 96;

/// City and office at the start, day and time at the end.
void draw_place(Page& page, Rect row) {
  const toolkit::Theme& theme = page.theme();
  row = row.inset(theme.margin + theme.gap_16, 0);
  const formats::LocalTime local = formats::local_time(page.situation.now);
  const std::string time = formats::time_text(page.situation.now, page.language());
  const std::string date = unbroken_date(formats::long_date(local.day, page.language()));
  TextStyle strong{.type = Type::Lead, .weight = Weight::Medium, .colour = theme.on_deep};
  TextStyle soft{.type = Type::Body, .colour = theme.on_deep_soft};
  Rect start = page.ui.cut_start(row, row.w * 0.56F, theme.gap_24);
  Rect end = row;
  page.flow(start, page.in(page.city().municipality), strong, theme.gap_4);
  page.flow(start, page.in(page.city().office), soft, 0);
  strong.align = Align::End;
  soft.align = Align::End;
  page.flow(end, time, strong, theme.gap_4);
  page.flow(end, date, soft, 0);
}

void draw_hero(Page& page, const Rect& rect) {
  const toolkit::Theme& theme = page.theme();
  if (page.ui.touch("start", rect, page.tr("Begin")).tapped) page.ask(action::Start{});
  Rect words = rect.inset(theme.margin, 0);
  words.cut_top(rect.h * 0.5F);
  page.flow(words, page.tr("The city's counter"),
            {.type = Type::Hero, .weight = Weight::Bold, .colour = theme.on_deep, .align = Align::Centre},
            theme.gap_12);
  page.flow(words, page.tr("Municipal services, clear and direct"),
            {.type = Type::Subtitle, .colour = theme.on_deep_soft, .align = Align::Centre}, 0);
}

void draw_languages(Page& page, Rect& column) {
  const toolkit::Theme& theme = page.theme();
  // Each language is named in itself; these words are the same on every page.
  const Rect persian = column.cut_top(kLanguageHeight, theme.gap_24);
  if (page.button(
          persian,
          {.id = "language/fa", .label = "فارسی", .look = ButtonLook::OnDeepFilled, .type = Type::Title})) {
    page.ask(action::ChooseLanguage{Language::Persian});
  }
  const Rect english = column.cut_top(kLanguageHeight, theme.gap_24);
  if (page.button(english,
                  {.id = "language/en", .label = "English", .look = ButtonLook::OnDeep, .type = Type::Title})) {
    page.ask(action::ChooseLanguage{Language::English});
  }
}

void draw_bar(Page& page, const Rect& rect) {
  const toolkit::Theme& theme = page.theme();
  page.ui.fill(rect, theme.deep_2);
  const auto cells = page.ui.columns(rect.inset(theme.margin, theme.gap_32), 3, theme.gap_24);
  if (toolkit::icon_over_label(page.ui, cells[0], "track", Icon::Search, page.tr("Follow up by code"),
                               theme.on_deep)) {
    page.ask(action::OpenTracking{});
  }
  if (toolkit::icon_over_label(page.ui, cells[1], "text-size", Icon::TextSize, page.tr("Larger letters"),
                               theme.on_deep)) {
    page.ask(action::ToggleLargeText{});
  }
  if (toolkit::icon_over_label(page.ui, cells[2], "contrast", Icon::Contrast, page.tr("Stronger colours"),
                               theme.on_deep)) {
    page.ask(action::ToggleHighContrast{});
  }
}

}  // namespace

void draw_welcome(Page& page, const view::Welcome& view) {
  const toolkit::Theme& theme = page.theme();
  Rect body = page.ui.page();
  page.ui.fill(body, theme.deep);
  toolkit::draw_girih(page.ui, {body.x - 180, body.y - 60, body.w + 360, kPlaceHeight + kHeroHeight + 180},
                      theme.turquoise, 1);
  Rect place = body.cut_top(kPlaceHeight);
  place.cut_top(theme.gap_48 + theme.gap_32);
  draw_place(page, place);
  draw_bar(page, body.cut_bottom(kBarHeight));
  if (page.city().fictional) {
    const TextStyle style{.type = Type::Small,
                          .colour = theme.on_deep_soft,
                          .align = Align::Centre,
                          .vertical = VerticalAlign::Middle};
    const std::string_view words = page.in(page.city().fictional_notice);
    const float width = body.w - 2 * theme.margin;
    const Rect line = body.cut_bottom(page.ui.text_height(words, style, width) + theme.gap_24);
    page.ui.text(line.inset(theme.margin, theme.gap_12), words, style);
  }
  if (view.card_left_behind && !view.recovery_offered) {  // a code that can be fetched again is gone sooner
    const TextStyle style{
        .type = Type::Body, .colour = theme.on_deep, .align = Align::Centre, .vertical = VerticalAlign::Middle};
    const std::string_view words =
        page.tr("A card was left in the reader. Please take it out and hand it to the staff.");
    const float width = body.w - 2 * theme.margin;
    const Rect line = body.cut_bottom(page.ui.text_height(words, style, width) + theme.gap_24);
    page.ui.text(line.inset(theme.margin, theme.gap_12), words, style);
  }
  draw_hero(page, body.cut_top(kHeroHeight));
  Rect column = body.inset(kSideMargin, 0);
  column.cut_top(theme.gap_24);
  if (view.recovery_offered) {
    if (page.language() != Language::English) {
      const TextStyle style{.type = Type::Body,
                            .colour = theme.on_deep_soft,
                            .align = Align::Centre,
                            .direction = toolkit::Direction::LeftToRight};
      const std::string_view words = page.english("No receipt came out? Get your code again");
      page.ui.text(column.cut_bottom(page.ui.text_height(words, style, column.w), theme.gap_24), words, style);
    }
    const Rect place_of_offer = column.cut_bottom(theme.button_height, theme.gap_24);
    if (page.button(place_of_offer, {.id = "recover",
                                     .label = page.tr("No receipt came out? Get your code again"),
                                     .look = ButtonLook::OnDeep,
                                     .icon = Icon::Power})) {
      page.ask(action::OpenRecovery{});
    }
  }
  draw_languages(page, column);
}

}  // namespace pishkhan::screens
