#include "ui/screens/recover.h"

#include "ui/screens/frame.h"
#include "ui/screens/typing.h"
#include "ui/screens/words.h"

namespace pishkhan::screens {

void draw_recover(Page& page, const view::Recover& view) {
  const std::vector<services::Field> list{own_field("mobile", services::FieldKind::Mobile,
                                                    page.tr("Mobile number"),
                                                    page.tr("The one that you gave with your request"))};
  const Fields fields{list, view.values, view.problems, view.focused};
  const std::string reason =
      view.searching ? std::string(page.tr("Looking for it …")) : first_hindrance(page, list, view.values);
  const Header header{.title = page.tr("Get your code again"), .subtitle = page.in(page.city().municipality)};
  const MainAction main{.label = page.tr("Find my request"), .reason = reason};
  toolkit::Rect body =
      draw_frame(page, header, {.side = back_action(page), .main = main, .reason_room = ReasonRoom::Always});
  if (!view.searching) draw_keyboard(page, body, fields);
  Scrolled scroll(page, "recover", body);
  toolkit::Rect column = scroll.column();
  page.question(column, page.tr("Did your receipt not come out?"));
  page.paragraph(
      column, page.tr("If you filed a request here in the last ten minutes, it is not lost. With your mobile "
                      "number you get its code again."));
  if (view.not_found) {
    page.notice(
        column, toolkit::NoticeKind::Notice,
        page.tr("No request of the last ten minutes was found under this number. If you are not sure that it "
                "was filed, you can file it again."));
  }
  draw_field(page, column, fields, list.front());
  if (view.searching) {
    toolkit::spinner(page.ui, column.cut_top(120, page.theme().gap_24), page.situation.waiting_for,
                     page.theme().turquoise);
  }
  scroll.finish(column.y);
}

}  // namespace pishkhan::screens
