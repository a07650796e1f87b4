#include "ui/screens/overlays.h"

#include <optional>

namespace pishkhan::screens {

using toolkit::Align;
using toolkit::ButtonLook;
using toolkit::Icon;
using toolkit::Rect;
using toolkit::TextStyle;
using toolkit::Type;
using toolkit::Weight;

namespace {

struct Question {
  Icon icon;
  std::string_view title;
  std::string words;
  std::string_view stay;  ///< the main action: nothing is lost
  std::string_view leave;
};

Question question_of(const Page& page, const Overlay& overlay) {
  if (const auto* idle = std::get_if<IdleWarning>(&overlay)) {
    const std::string left =
        idle->seconds_left == 1
            ? std::string(page.tr("In one second this visit ends and what you have typed is erased."))
            : fill(page.tr("In {count} seconds this visit ends and what you have typed is erased."),
                   {{"count", page.number(idle->seconds_left)}});
    return {Icon::Hourglass, page.tr("Are you still there?"), left, page.tr("I need more time"),
            page.tr("End and erase")};
  }
  return {Icon::Erase, page.tr("End the visit?"),
          std::string(page.tr("What you have typed will be erased.\nWhat is already filed stays filed.")),
          page.tr("No, go on"), page.tr("Yes, end and erase")};
}

}  // namespace

void draw_overlay(Page& page, const Overlay& overlay) {
  if (std::holds_alternative<std::monostate>(overlay)) return;
  const Question question = question_of(page, overlay);
  const toolkit::Theme& theme = page.theme();
  toolkit::Ui& ui = page.ui;
  ui.begin_overlay();
  ui.fill(ui.page(), theme.veil);

  const TextStyle title{.type = Type::Title, .weight = Weight::Bold, .align = Align::Centre};
  const TextStyle words{.type = Type::Lead, .colour = theme.ink_soft, .align = Align::Centre};
  const float width = ui.page().w - 2 * theme.margin - 2 * theme.gap_48;
  const float picture = 120;
  const float height =
      2 * theme.gap_48 + picture + theme.gap_24 + ui.text_height(question.title, title, width) + theme.gap_16 +
      ui.text_height(question.words, words, width) + theme.gap_48 + 2 * theme.button_height + theme.gap_24;
  const Rect box = ui.page().centred(ui.page().w - 2 * theme.margin, height);
  ui.shadow(box, theme.gap_32);
  ui.fill_rounded(box, theme.radius_card, theme.card);
  Rect column = box.inset(theme.gap_48);
  const Rect disc = column.cut_top(picture, theme.gap_24).centred(picture, picture);
  ui.circle(disc.centre(), picture / 2, theme.turquoise_soft);
  ui.icon(disc, question.icon, picture * 0.55F, theme.deep);
  page.flow(column, question.title, title, theme.gap_16);
  page.flow(column, question.words, words, theme.gap_48);
  const Rect stay = column.cut_top(theme.button_height, theme.gap_24);
  if (page.button(stay, {.id = "keep-going", .label = question.stay, .look = ButtonLook::Main})) {
    page.ask(action::KeepGoing{});
  }
  const Rect leave = column.cut_top(theme.button_height);
  if (page.button(leave, {.id = "confirm-end", .label = question.leave, .look = ButtonLook::Danger})) {
    page.ask(action::ConfirmEnd{});
  }
  ui.end_overlay();
}

}  // namespace pishkhan::screens
