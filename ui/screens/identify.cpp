#include "ui/screens/identify.h"

#include "ui/screens/frame.h"
#include "ui/screens/typing.h"
#include "ui/screens/words.h"

namespace pishkhan::screens {

using toolkit::ButtonLook;
using toolkit::Icon;
using toolkit::NoticeKind;
using toolkit::Rect;
using view::CardState;

namespace {

struct CardWords {
  std::string_view question;
  std::string_view sentence;
  std::optional<NoticeKind> kind;  ///< nothing: it goes as it should
  std::string_view reason;         ///< why one cannot go on yet
};

enum class Typing { Possible, NotHere };

/// A card that is not the one that is needed.
CardWords words_of_other(const Page& page, CardState state, Typing typing) {
  const std::string_view reason = page.tr("Waiting for another card.");
  switch (state) {
    case CardState::NotGenuine:
      return {
          page.tr("This card could not prove that it is genuine"),
          page.tr("It is not accepted here. Please take it out. If it is yours, the municipality's staff will "
                  "look at it with you."),
          NoticeKind::Error, reason};
    case CardState::OutOfDate:
      return {page.tr("This card is not valid today"),
              page.tr("Please take it out and ask the municipality for a new one."), NoticeKind::Notice,
              reason};
    case CardState::BankCard:
      return {page.tr("This is a bank card"),
              page.tr("Nothing was read from it. Please take it out and use your city card."),
              NoticeKind::Notice, reason};
    case CardState::StaffCard:
      return {page.tr("This is a staff card"),
              page.tr("It is recognised, and opens nothing at this counter yet. Please take it out."),
              NoticeKind::Notice, reason};
    case CardState::NoPinPad:
      return {page.tr("This card asks for a PIN"),
              page.tr("The reader here has no keypad, and a card's PIN is never typed on a screen. Please take "
                      "the card out."),
              NoticeKind::Notice, reason};
    case CardState::LeftBehind:
      return {page.tr("Somebody's card is in the reader"),
              page.tr("It was left by a person before you. Please take it out and hand it to the staff."),
              NoticeKind::Notice, reason};
    default:
      break;
  }
  // Said as it is: a national card is a chip card whose keys nobody has given to this municipality.
  if (typing == Typing::Possible) {
    return {
        page.tr("This chip card cannot be read here"),
        page.tr("A national ID card can be read only with a profile and keys from its authority, which this "
                "counter does not have. Please type your number, or use your city card."),
        NoticeKind::Notice, reason};
  }
  return {page.tr("This chip card cannot be read here"),
          page.tr("A national ID card can be read only with a profile and keys from its authority, which this "
                  "counter does not have. Please take it out and use your city card."),
          NoticeKind::Notice, reason};
}

/// A PIN goes from the reader's keypad to the card; the counter only asks for it.
CardWords words_of_pin(const Page& page, CardState state) {
  const std::string_view reason = page.tr("Waiting for your card.");
  switch (state) {
    case CardState::WrongPin:
      return {page.tr("The card did not accept this PIN"),
              page.tr("To try once more, take the card out and put it in again. It counts wrong tries, and "
                      "locks itself after a few."),
              NoticeKind::Notice, reason};
    case CardState::Blocked:
      return {page.tr("This card is locked"),
              page.tr("A wrong PIN was typed too often. Please take the card out. Whoever issued it can unlock it."),
              NoticeKind::Notice, page.tr("Waiting for another card.")};
    case CardState::NoPin:
      return {page.tr("No PIN was typed"),
              page.tr("Please take the card out, and put it in again when you are ready."), NoticeKind::Notice,
              reason};
    default:
      break;
  }
  return {page.tr("Type your card's PIN on the reader's keypad"),
          page.tr("Then press the green key. The PIN does not leave the reader; nobody here sees it."),
          std::nullopt, page.tr("Waiting for your PIN.")};
}

CardWords words_of(const Page& page, CardState state, Typing typing) {
  switch (state) {
    case CardState::PinWanted:
    case CardState::WrongPin:
    case CardState::Blocked:
    case CardState::NoPin:
      return words_of_pin(page, state);
    case CardState::NoReader:
      return {page.tr("The card reader does not answer"), page.tr("It is not your card's fault."),
              NoticeKind::Notice, page.tr("No card can be read just now.")};
    case CardState::Waiting:
      return {page.tr("Put your city card into the reader"),
              page.tr("Chip first. Leave it in until we say so."), std::nullopt,
              page.tr("Waiting for your card.")};
    case CardState::Reading:
      return {page.tr("Your card is being read"), page.tr("Please leave it in."), std::nullopt,
              page.tr("Just a moment.")};
    case CardState::Checking:
      return {page.tr("Your card is being checked"),
              page.tr("Please leave it in. We make sure that it is not a copy."), std::nullopt,
              page.tr("Just a moment.")};
    case CardState::PulledOut:
      return {page.tr("Your card was taken out"),
              page.tr("Please put it in again to go on. What you typed is kept for you."), NoticeKind::Notice,
              page.tr("Waiting for your card.")};
    case CardState::Failed:
      return {page.tr("The card could not be read"),
              page.tr("Please take it out, wipe the chip with a dry cloth and put it in again."),
              NoticeKind::Error, page.tr("Waiting for your card.")};
    default:
      return words_of_other(page, state, typing);
  }
}

/// A card, chip first: what is asked for is seen before it is read.
void draw_card(Page& page, Rect& column) {
  const toolkit::Theme& theme = page.theme();
  toolkit::Ui& ui = page.ui;
  constexpr float kWidth = 428;  // 85.6 : 54, as ISO/IEC 7810 ID-1 says
  constexpr float kHeight = 270;
  column.cut_top(theme.gap_32);
  const Rect ground = column.cut_top(kHeight + 2 * theme.gap_48, theme.gap_32);
  ui.fill_rounded(ground, theme.radius_card, theme.turquoise_soft);
  Rect card = ground.centred(kWidth, kHeight);
  ui.shadow(card, theme.gap_16);
  ui.fill_rounded(card, theme.radius_button, theme.card);
  ui.border_rounded(card, theme.radius_button, theme.border, theme.deep);
  card = card.inset(theme.gap_32);
  const Rect chip{card.x, card.y + 56, 76, 60};
  ui.fill_rounded(chip, 12, theme.saffron);
  ui.hairline(chip.x, chip.centre().y, chip.w, theme.saffron_soft);
  ui.fill({chip.centre().x - 1, chip.y, 2, chip.h}, theme.saffron_soft);
  const Rect photo{card.right() - 104, card.y, 104, 132};
  ui.fill_rounded(photo, 12, theme.turquoise_soft);
  ui.icon(photo, Icon::Person, 84, theme.deep);
  const float lines = card.y + 158;
  ui.fill_rounded({card.x, lines, card.w, 16}, 8, theme.line);
  ui.fill_rounded({card.x, lines + 32, card.w * 0.6F, 16}, 8, theme.line);
}

void draw_by_card(Page& page, const view::Identify& view, const Header& header) {
  const toolkit::Theme& theme = page.theme();
  const bool may_type = view.service->assurance != services::Assurance::Card;
  const CardWords words = words_of(page, view.card, may_type ? Typing::Possible : Typing::NotHere);
  const MainAction main{.label = page.tr("Continue"), .reason = words.reason};
  Rect body =
      draw_frame(page, header, {.side = back_action(page), .main = main, .reason_room = ReasonRoom::Always});
  draw_card(page, body);
  page.question(body, words.question);
  if (words.kind) {
    page.notice(body, *words.kind, words.sentence);
  } else {
    page.paragraph(body, words.sentence);
  }
  if (view.card == CardState::NoReader && !view.staff_code.empty()) {
    page.flow(body, fill(page.tr("Code for staff: {code}"), {{"code", view.staff_code}}),
              {.type = toolkit::Type::Body, .colour = theme.ink_soft}, theme.gap_24);
  }
  if (view.card == CardState::Checking && view.name != nullptr && !view.name->empty()) {
    page.flow(body, view.name->reveal(), {.type = toolkit::Type::Title, .weight = toolkit::Weight::Bold},
              theme.gap_24);
  }
  if (view.card == CardState::Reading || view.card == CardState::Checking ||
      view.card == CardState::PinWanted) {
    toolkit::spinner(page.ui, body.cut_top(theme.button_height, theme.gap_24), page.situation.waiting_for,
                     theme.turquoise);
  }
  if (!may_type) return;
  // Who has put one in has one.
  const bool no_card = view.card == CardState::Waiting || view.card == CardState::PulledOut;
  body.cut_top(theme.gap_24);
  if (page.button(body.cut_top(theme.button_height),
                  {.id = "type-instead",
                   .label = no_card ? page.tr("I have no card with me: type the number")
                                    : page.tr("Type the number instead"),
                   .look = ButtonLook::Secondary,
                   .icon = Icon::Keypad})) {
    page.ask(action::TypeInstead{});
  }
}

void draw_typed(Page& page, const view::Identify& view, const Header& header) {
  const std::vector<services::Field> list{
      own_field("national_id", services::FieldKind::NationalId, page.tr("National ID number"),
                page.tr("Ten digits, on the front of your national ID card"))};
  const Fields fields{list, view.values, view.problems, view.focused};
  const std::string reason = first_hindrance(page, list, view.values);
  const MainAction main{.label = page.tr("Continue"), .reason = reason};
  Rect body =
      draw_frame(page, header, {.side = back_action(page), .main = main, .reason_room = ReasonRoom::Always});
  draw_keyboard(page, body, fields);
  Scrolled scroll(page, "identify", body);
  Rect column = scroll.column();
  page.question(column, page.tr("Who is asking?"));
  draw_field(page, column, fields, list.front());
  if (view.card != CardState::NoReader &&
      page.button(column.cut_top(page.theme().button_height, page.theme().gap_24),
                  {.id = "type-instead",
                   .label = page.tr("Use my card instead"),
                   .look = ButtonLook::Secondary,
                   .icon = Icon::Card})) {
    page.ask(action::TypeInstead{});
  }
  scroll.finish(column.y);
}

}  // namespace

void draw_identify(Page& page, const view::Identify& view) {
  const std::string where = step_words(page, view.step, view.steps);
  const Header header{
      .title = page.in(view.service->name), .subtitle = where, .step = view.step, .steps = view.steps};
  if (view.by_card) {
    draw_by_card(page, view, header);
  } else {
    draw_typed(page, view, header);
  }
}

}  // namespace pishkhan::screens
