#include "ui/screens/form.h"

#include "ui/screens/frame.h"
#include "ui/screens/typing.h"
#include "ui/screens/words.h"

namespace pishkhan::screens {

using toolkit::Rect;
using toolkit::Type;
using toolkit::Weight;

void draw_form(Page& page, const view::Form& view) {
  const services::FormStep& step = view.service->steps[static_cast<std::size_t>(view.form_step)];
  const Fields fields{step.fields, view.values, view.problems, view.focused};
  const std::string where = step_words(page, view.step, view.steps);
  const Header header{
      .title = page.in(view.service->name), .subtitle = where, .step = view.step, .steps = view.steps};
  std::string reason;
  if (!view.may_continue) {
    reason = first_hindrance(page, step.fields, view.values);
    if (reason.empty()) reason = page.tr("Something is still missing here.");
  }
  const MainAction main{.label = page.tr("Continue"), .reason = reason};
  Rect body =
      draw_frame(page, header, {.side = back_action(page), .main = main, .reason_room = ReasonRoom::Always});
  draw_keyboard(page, body, fields);

  Scrolled scroll(page, "form/" + view.service->id + "/" + step.id, body);
  Rect column = scroll.column();
  page.flow(column, page.in(step.title), {.type = Type::Title, .weight = Weight::Bold}, page.theme().gap_24);
  for (const services::Field& field : step.fields) draw_field(page, column, fields, field);
  scroll.finish(column.y);
}

}  // namespace pishkhan::screens
