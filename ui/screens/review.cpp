#include "ui/screens/review.h"

#include "ui/screens/frame.h"
#include "ui/screens/typing.h"
#include "ui/screens/words.h"

#include <algorithm>

namespace pishkhan::screens {

using toolkit::ButtonLook;
using toolkit::Direction;
using toolkit::Icon;
using toolkit::Rect;
using toolkit::TextStyle;
using toolkit::Type;
using toolkit::Weight;

namespace {

constexpr float kLabelShare = 0.34F;
constexpr float kChangeHeight = 88;

/// One answer as it is read back. It holds the citizen's words and wipes them.
struct Answer {
  std::string_view label;
  PersonalText value;
  bool identifier = false;
};

struct Group {
  std::string_view title;
  std::vector<Answer> answers;
  std::optional<int> step;  ///< that the change button leads to
};

TextStyle value_style(const Page& page, const Answer& answer) {
  TextStyle style{.type = Type::Lead, .weight = Weight::Medium};
  style.direction = answer.identifier ? Direction::LeftToRight : direction_of(answer.value.reveal());
  if (answer.value.empty()) style.colour = page.theme().ink_soft;
  return style;
}

std::string_view shown(const Page& page, const Answer& answer) {
  return answer.value.empty() ? page.tr("Left empty") : answer.value.reveal();
}

/// Where label and value of an answer stand: one below the other in large text, else side by side with the
/// letters of their first lines on one line, although the value is larger.
struct AnswerShape {
  float label_width = 0;
  float value_width = 0;
  float label_down = 0;
  float value_down = 0;
  float height = 0;
};

TextStyle label_style(const Page& page) {
  return {.type = Type::Body, .colour = page.theme().ink_soft};
}

AnswerShape shape_of(Page& page, const Answer& answer, float width) {
  const TextStyle label = label_style(page);
  const TextStyle value = value_style(page, answer);
  const std::string_view words = shown(page, answer);
  AnswerShape shape;
  if (page.situation.large_text) {
    shape.label_width = shape.value_width = width;
    shape.value_down = page.ui.text_height(answer.label, label, width);
    shape.height = shape.value_down + page.ui.text_height(words, value, width);
    return shape;
  }
  shape.label_width = width * kLabelShare;
  shape.value_width = width - shape.label_width - page.theme().gap_16;
  const float label_line = page.ui.text_baseline(answer.label, label, shape.label_width);
  const float value_line = page.ui.text_baseline(words, value, shape.value_width);
  shape.label_down = std::max(0.0F, value_line - label_line);
  shape.value_down = std::max(0.0F, label_line - value_line);
  shape.height = std::max(shape.label_down + page.ui.text_height(answer.label, label, shape.label_width),
                          shape.value_down + page.ui.text_height(words, value, shape.value_width));
  return shape;
}

void draw_answer(Page& page, Rect& column, const Answer& answer) {
  const AnswerShape shape = shape_of(page, answer, column.w);
  const Rect row = column.cut_top(shape.height, page.theme().gap_12);
  Rect label = row;
  Rect value = row;
  label = page.ui.cut_start(label, shape.label_width).moved(0, shape.label_down);
  value = page.ui.cut_end(value, shape.value_width).moved(0, shape.value_down);
  page.ui.text(label, answer.label, label_style(page));
  page.ui.text(value, shown(page, answer), value_style(page, answer));
}

float answers_height(Page& page, const Group& group, float width) {
  float height = 0;
  for (const Answer& answer : group.answers)
    height += shape_of(page, answer, width).height + page.theme().gap_12;
  return height;
}

void draw_group(Page& page, Rect& column, const Group& group) {
  const toolkit::Theme& theme = page.theme();
  const TextStyle title{.type = Type::Lead, .weight = Weight::Bold, .vertical = toolkit::VerticalAlign::Middle};
  const std::string id = group.step ? "change/" + std::to_string(*group.step) : std::string();
  const toolkit::ButtonSpec change{
      .id = id, .label = page.tr("Change"), .look = ButtonLook::Quiet, .icon = Icon::Edit, .type = Type::Body};
  const float inner = column.w - 2 * theme.gap_32;
  const float button = group.step ? toolkit::button_width(page.ui, change) : 0;
  const float head =
      std::max(kChangeHeight, page.ui.text_height(group.title, title, inner - button - theme.gap_16));
  const float height = 2 * theme.gap_16 + head + theme.gap_8 + answers_height(page, group, inner);
  Rect box = column.cut_top(height, theme.gap_24);
  toolkit::card(page.ui, box);
  box = box.inset(theme.gap_32, theme.gap_16);
  Rect top = box.cut_top(head, theme.gap_8);
  if (group.step &&
      page.button(page.ui.cut_end(top, button, theme.gap_16).centred(button, kChangeHeight), change)) {
    page.ask(action::GoToStep{*group.step});
  }
  page.ui.text(top, group.title, title);
  for (const Answer& answer : group.answers) draw_answer(page, box, answer);
}

Answer answer_of(const Page& page, const services::Field& field, const FieldValues* values) {
  return {page.in(field.label), shown_value(page, field, value_of(values, field.id).reveal()),
          is_identifier(field.kind)};
}

/// Who is asking, where the service wants to know.
std::optional<Group> person(const Page& page, const view::Review& view) {
  const PersonalText& id = value_of(view.values, "national_id");
  if (id.empty()) return std::nullopt;
  Group group{page.tr("You"), {}, std::nullopt};
  const PersonalText& name = value_of(view.values, "name");
  if (view.card_holder && !name.empty()) group.answers.push_back({page.tr("Name on the card"), name, false});
  const services::Field field = own_field("national_id", services::FieldKind::NationalId, "", "");
  group.answers.push_back({page.tr("National ID number"), shown_value(page, field, id.reveal()), true});
  return group;
}

}  // namespace

void draw_review(Page& page, const view::Review& view) {
  const std::string where = step_words(page, view.step, view.steps);
  const Header header{
      .title = page.in(view.service->name), .subtitle = where, .step = view.step, .steps = view.steps};
  const MainAction main{.label = page.tr("File the request")};
  const Rect body = draw_frame(page, header, {.side = back_action(page), .main = main});
  Scrolled scroll(page, "review", body);
  Rect column = scroll.column();
  page.question(column, page.tr("Is everything right?"));
  if (!page.situation.printer_ready) {
    page.notice(
        column, toolkit::NoticeKind::Notice,
        page.tr("Receipts cannot be printed just now. Your code will be shown large, so that you can note it "
                "down or photograph it."));
  }
  if (const auto group = person(page, view)) draw_group(page, column, *group);
  for (std::size_t i = 0; i < view.service->steps.size(); ++i) {
    const services::FormStep& step = view.service->steps[i];
    Group group{page.in(step.title), {}, static_cast<int>(i)};
    for (const services::Field& field : step.fields)
      group.answers.push_back(answer_of(page, field, view.values));
    draw_group(page, column, group);
  }
  scroll.finish(column.y);
}

}  // namespace pishkhan::screens
