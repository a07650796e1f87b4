#include "ui/screens/track.h"

#include "ui/screens/frame.h"
#include "ui/screens/typing.h"
#include "ui/screens/words.h"

namespace pishkhan::screens {

using services::FieldKind;
using toolkit::NoticeKind;
using toolkit::Rect;
using view::LookUpState;

namespace {

constexpr std::int64_t kLargestSecret = 99'999'999;

std::vector<services::Field> fields_of(const Page& page) {
  services::Field secret =
      own_field("secret", FieldKind::Number, page.tr("Receipt secret"),
                page.tr("Beside the code on your receipt. With it you also read the city's answer."));
  secret.required = false;
  secret.maximum = kLargestSecret;
  secret.maximum_length = 8;
  return {own_field("code", FieldKind::TrackingCode, page.tr("Tracking code"),
                    page.tr("The large number on your receipt")),
          secret};
}

}  // namespace

void draw_track(Page& page, const view::Track& view) {
  const std::vector<services::Field> list = fields_of(page);
  const Fields fields{list, view.values, view.problems, view.focused};
  const bool asking = view.state == LookUpState::Asking;
  const std::string reason =
      asking ? std::string(page.tr("Asking the municipality …")) : first_hindrance(page, list, view.values);
  const Header header{.title = page.tr("Follow up by code"), .subtitle = page.in(page.city().municipality)};
  const MainAction main{.label = page.tr("Show my request"), .reason = reason};
  Rect body =
      draw_frame(page, header, {.side = back_action(page), .main = main, .reason_room = ReasonRoom::Always});
  if (!asking) draw_keyboard(page, body, fields);
  Scrolled scroll(page, "track", body);
  Rect column = scroll.column();
  page.question(column, page.tr("What is your tracking code?"));
  if (view.state == LookUpState::Typing && !page.situation.network) {
    page.notice(
        column, NoticeKind::Notice,
        page.tr("The municipality's system cannot be reached just now. What is still kept in this machine can "
                "be shown."));
  }
  if (view.state == LookUpState::Unreachable) {
    page.notice(
        column, NoticeKind::Notice,
        page.tr("The municipality's system cannot be reached just now. Your request is safe; please try again "
                "a little later."));
  }
  if (view.state == LookUpState::TooOften) {
    page.notice(column, NoticeKind::Notice,
                page.tr("Several codes were tried one after another. Please wait a minute and try again."));
  }
  for (const services::Field& field : list) draw_field(page, column, fields, field);
  if (asking) {
    toolkit::spinner(page.ui, column.cut_top(120, page.theme().gap_24), page.situation.waiting_for,
                     page.theme().turquoise);
  }
  scroll.finish(column.y);
}

}  // namespace pishkhan::screens
