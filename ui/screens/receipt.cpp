#include "ui/screens/receipt.h"

#include "ui/screens/frame.h"
#include "ui/screens/words.h"

#include <algorithm>

namespace pishkhan::screens {

using toolkit::Align;
using toolkit::Direction;
using toolkit::Icon;
using toolkit::NoticeKind;
using toolkit::Rect;
using toolkit::Type;
using toolkit::Weight;
using view::PrintState;

namespace {

constexpr float kPaperShare = 0.47F;

struct PrintWords {
  Icon icon;
  std::string_view title;
  std::string_view sentence;
  bool code_is_all = false;  ///< there is no paper: the code must be noted from the screen
};

PrintWords words_of(const Page& page, PrintState state) {
  switch (state) {
    case PrintState::Printing:
      return {Icon::Print, page.tr("Your receipt is being printed"),
              page.tr("Please take it as soon as it is out.")};
    case PrintState::Printed:
      return {Icon::Receipt, page.tr("Your receipt is printed"), page.tr("Please take it with you.")};
    case PrintState::PaperOut:
      return {Icon::Warning, page.tr("The paper has run out"),
              page.tr("Do not worry, your request is filed. Please note the code down or photograph it."),
              true};
    case PrintState::CoverOpen:
      return {Icon::Warning, page.tr("The printer's cover is open"),
              page.tr("Do not worry, your request is filed. Please note the code down or photograph it."),
              true};
    case PrintState::PrinterFault:
      return {Icon::Warning, page.tr("The printer does not answer"),
              page.tr("Do not worry, your request is filed. Please note the code down or photograph it."),
              true};
    case PrintState::CutterJam:
      return {Icon::Warning, page.tr("The printer's knife is stuck"),
              page.tr("Do not worry, your request is filed. Please note the code down or photograph it."),
              true};
    case PrintState::PaperJam:
      return {Icon::Warning, page.tr("The paper is stuck in the printer"),
              page.tr("Do not worry, your request is filed. Please note the code down or photograph it."),
              true};
    case PrintState::Overheated:
      return {Icon::Warning, page.tr("The printer has to cool down"),
              page.tr("Your request is filed. The receipt is printed as soon as the printer is ready."), true};
    case PrintState::Offline:
      return {Icon::Warning, page.tr("The printer is not ready"),
              page.tr("Your request is filed. The receipt is printed as soon as the printer is ready."), true};
    case PrintState::Broken:
      return {Icon::Warning, page.tr("The printer is out of order"),
              page.tr("Do not worry, your request is filed. Please note the code down or photograph it."),
              true};
    case PrintState::NotTaken:
      return {Icon::Receipt, page.tr("Your receipt is waiting for you"),
              page.tr("Please take it out of the printer. Otherwise the printer takes it back, so that nobody "
                      "else can read it.")};
    case PrintState::TakenBack:
      return {Icon::Warning, page.tr("The printer has taken the receipt back"),
              page.tr("Nobody else can read it now. If you still want it, print it again."), true};
    case PrintState::TakeIt:
      return {Icon::Receipt, page.tr("Please take your receipt"),
              page.tr("If it is not whole, print it again.")};
    case PrintState::LookAtThePaper:
      return {Icon::Receipt, page.tr("Please look at the receipt"),
              page.tr("Printing was interrupted. If the receipt is not whole, print it again."), true};
  }
  return {Icon::Print, {}, {}};
}

/// Large letters stay large: the code breaks between its second and third group rather than shrink.
std::string on_two_lines(const std::string& code) {
  constexpr std::string_view kNoBreakSpace = "\u00a0";
  const std::size_t first = code.find(kNoBreakSpace);
  const std::size_t second =
      first == std::string::npos ? first : code.find(kNoBreakSpace, first + kNoBreakSpace.size());
  if (second == std::string::npos) return code;
  std::string lines = code.substr(0, second);
  lines += '\n';
  lines += std::string_view(code).substr(second + kNoBreakSpace.size());
  return lines;
}

void draw_code(Page& page, Rect& column, const view::Receipt& view, const PrintWords& words) {
  const toolkit::Theme& theme = page.theme();
  std::string code = code_words(page, view.tracking_code);
  const toolkit::TextStyle label{.type = Type::Lead, .colour = theme.ink_soft, .align = Align::Centre};
  const toolkit::TextStyle digits{
      .type = Type::Hero, .weight = Weight::Bold, .align = Align::Centre, .direction = Direction::LeftToRight};
  const float inner = column.w - 2 * theme.gap_24;
  if (page.ui.text_width(code, digits) > inner) code = on_two_lines(code);
  const float room = page.ui.text_height(code, digits, inner);
  const float height = page.ui.text_height("ک", label, inner) + room + 2 * theme.gap_24;
  const Rect box = column.cut_top(height, theme.gap_32);
  if (words.code_is_all) {
    page.ui.fill_rounded(box, theme.radius_card, theme.card);
    page.ui.border_rounded(box, theme.radius_card, theme.focus_ring, theme.deep);
  }
  Rect inside = box.inset(theme.gap_24);
  page.flow(inside, page.tr("Tracking code"), label, 0);
  page.fit({inside.x, inside.y, inside.w, room}, code, digits);
}

void draw_print_state(Page& page, Rect& column, const view::Receipt& view, const PrintWords& words) {
  const toolkit::Theme& theme = page.theme();
  Rect row = column;
  const Rect icon = page.ui.cut_start(row, 72, theme.gap_16);
  page.ui.icon({icon.x, icon.y, 72, 72}, words.icon, 64, words.code_is_all ? theme.saffron : theme.turquoise);
  const float top = row.y;
  page.flow(row, words.title, {.type = Type::Lead, .weight = Weight::Bold}, theme.gap_4);
  page.flow(row, words.sentence, {.type = Type::Body, .colour = theme.ink_soft}, 0);
  column.cut_top(std::max(72.0F, row.y - top), theme.gap_24);
  if (!view.staff_code.empty()) {
    page.flow(column, fill(page.tr("Code for staff: {code}"), {{"code", view.staff_code}}),
              {.type = Type::Body, .colour = theme.ink_soft}, theme.gap_24);
  }
  if (view.print == PrintState::Printing) {
    toolkit::spinner(page.ui, column.cut_top(72, theme.gap_24), SteadyTime{1000}, theme.turquoise);
  }
}

void draw_state(Page& page, Rect& column, const view::Receipt& view, const PrintWords& words) {
  draw_print_state(page, column, view, words);
  if (view.joined) {
    page.notice(column, NoticeKind::Info,
                page.tr("You had already filed this request; this is its code. Nothing was filed twice."));
  }
  if (view.sent) {
    page.notice(column, NoticeKind::Done, page.tr("The municipality has received your request."));
  } else {
    page.notice(column, NoticeKind::Info,
                page.tr("Your request is kept safely in this machine and will be sent by itself."));
  }
  const std::string_view follow_up = page.in(view.service->follow_up);
  if (!follow_up.empty()) page.remark(column, Icon::Search, follow_up);
}

void draw_paper(Page& page, Rect& column, const view::Receipt& view, float width) {
  if (view.paper == nullptr || view.paper->width() == 0) return;
  const float height =
      width * static_cast<float>(view.paper->height()) / static_cast<float>(view.paper->width());
  const Rect place{column.x + (column.w - width) / 2, column.y, width, height};
  toolkit::receipt_preview(page.ui, place, *view.paper);
  column.cut_top(height, page.theme().gap_48);
}

}  // namespace

void draw_receipt(Page& page, const view::Receipt& view) {
  const toolkit::Theme& theme = page.theme();
  const Header header{
      .title = view.joined ? page.tr("Your request was already filed") : page.tr("Your request is filed"),
      .subtitle = page.in(view.service->name),
      .done = true};
  const auto may_print = view.print == PrintState::Printing ? toolkit::Enabled::No : toolkit::Enabled::Yes;
  const SideAction again{.id = "print-again",
                         .label = page.tr("Print again"),
                         .action = action::PrintAgain{},
                         .icon = Icon::Print,
                         .enabled = may_print};
  const MainAction done{.label = page.tr("I am done"), .icon = Icon::Check};
  const Rect body = draw_frame(page, header, {.side = again, .main = done});
  const PrintWords words = words_of(page, view.print);
  Scrolled scroll(page, "receipt", body);
  Rect column = scroll.column();
  draw_code(page, column, view, words);
  if (page.situation.large_text) {
    draw_state(page, column, view, words);
    draw_paper(page, column, view, column.w * 0.7F);
    scroll.finish(column.y);
    return;
  }
  Rect state = column;
  Rect paper = page.ui.cut_start(state, column.w * kPaperShare, theme.gap_48);
  draw_paper(page, paper, view, paper.w);
  draw_state(page, state, view, words);
  scroll.finish(std::max(paper.y, state.y));
}

}  // namespace pishkhan::screens
