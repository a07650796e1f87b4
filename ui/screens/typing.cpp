#include "ui/screens/typing.h"

#include "ui/screens/words.h"
#include "ui/toolkit/keyboard.h"
#include "ui/toolkit/text_field.h"

namespace pishkhan::screens {

using services::Field;
using services::FieldKind;
using toolkit::FieldShape;
using toolkit::Rect;
using toolkit::Type;
using toolkit::Weight;

namespace {

/// From here on, choices stand in two columns, if their words are short enough.
constexpr std::size_t kManyChoices = 5;

FieldShape shape_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::LongText:
      return FieldShape::LongWords;
    case FieldKind::Number:
      return FieldShape::Digits;
    case FieldKind::Mobile:
      return FieldShape::Mobile;
    case FieldKind::NationalId:
      return FieldShape::NationalId;
    case FieldKind::PostalCode:
      return FieldShape::PostalCode;
    case FieldKind::TrackingCode:
      return FieldShape::TrackingCode;
    case FieldKind::Text:
    case FieldKind::Choice:
      break;
  }
  return FieldShape::Words;
}

/// A little more than the rule allows, so that the rule can say what is too much; identifiers no more than fit.
int maximum_code_points(const Field& field) {
  switch (field.kind) {
    case FieldKind::Mobile:
      return 14;  // 0098 912 345 6789
    case FieldKind::NationalId:
    case FieldKind::PostalCode:
      return 10;
    case FieldKind::TrackingCode:
      return 14;
    case FieldKind::Number:
      return static_cast<int>(std::to_string(field.maximum).size()) + 1;
    default:
      return field.maximum_length + 10;
  }
}

std::string label_of(const Page& page, const Field& field) {
  if (field.required) return std::string(page.in(field.label));
  return fill(page.tr("{field} (if you like)"), {{"field", page.in(field.label)}});
}

std::string problem_of(const Page& page, const Fields& fields, const Field& field) {
  if (fields.problems == nullptr) return {};
  const auto found = fields.problems->find(field.id);
  return found == fields.problems->end() ? std::string() : problem_sentence(page, field, found->second);
}

std::string target_id(const Field& field) {
  return "field/" + field.id;
}

void focus(Page& page, const Field& field) {
  page.ask(action::FocusField{field.id});
  page.ui.reveal(target_id(field));
}

void draw_typed(Page& page, Rect& column, const Fields& fields, const Field& field) {
  const std::string id = target_id(field);
  const std::string label = label_of(page, field);
  const std::string problem = problem_of(page, fields, field);
  const toolkit::FieldSpec spec{.id = id,
                                .label = label,
                                .hint = page.in(field.hint),
                                .problem = problem,
                                .placeholder = {},
                                .shape = shape_of(field.kind),
                                .maximum_code_points = maximum_code_points(field),
                                .focused = fields.focused == field.id};
  const float height = toolkit::text_field_height(page.ui, spec, column.w);
  toolkit::FieldResult result = toolkit::text_field(page.ui, column.cut_top(height, page.theme().gap_24), spec,
                                                    value_of(fields.values, field.id));
  if (result.tapped) focus(page, field);
  if (result.edit) page.ask(action::EditField{field.id, std::move(*result.edit)});
}

/// Two columns where there are many choices and each label fits on one line in half the width.
int choice_columns(Page& page, const Field& field, float width) {
  if (page.situation.large_text || field.choices.size() < kManyChoices) return 1;
  const float half = (width - page.theme().gap_16) / 2;
  const float single = toolkit::choice_row_height(page.ui, "۰", half);
  for (const services::Choice& choice : field.choices) {
    if (toolkit::choice_row_height(page.ui, page.in(choice.label), half) > single + 1) return 1;
  }
  return 2;
}

void draw_choice(Page& page, Rect& column, const Fields& fields, const Field& field) {
  const toolkit::Theme& theme = page.theme();
  page.flow(column, label_of(page, field), {.type = Type::Lead, .weight = Weight::Medium}, theme.gap_8);
  if (!field.hint.fa.empty()) {
    page.flow(column, page.in(field.hint), {.type = Type::Body, .colour = theme.ink_soft}, theme.gap_12);
  }
  const auto count = static_cast<std::size_t>(choice_columns(page, field, column.w));
  const std::string_view chosen = value_of(fields.values, field.id).reveal();
  for (std::size_t first = 0; first < field.choices.size(); first += count) {
    const std::size_t end = std::min(first + count, field.choices.size());
    const float width = count == 1 ? column.w : (column.w - theme.gap_16) / 2;
    float height = theme.row_height;
    for (std::size_t i = first; i < end; ++i) {
      height = std::max(height, toolkit::choice_row_height(page.ui, page.in(field.choices[i].label), width));
    }
    const auto cells =
        page.ui.columns(column.cut_top(height, theme.gap_12), static_cast<int>(count), theme.gap_16);
    for (std::size_t i = first; i < end; ++i) {
      const services::Choice& choice = field.choices[i];
      const auto state = choice.id == chosen ? toolkit::Chosen::Yes : toolkit::Chosen::No;
      if (toolkit::choice_row(page.ui, cells[i - first], "choice/" + field.id + "/" + choice.id,
                              page.in(choice.label), state)) {
        page.ask(action::FocusField{field.id});
        page.ask(action::EditField{field.id, PersonalText(choice.id)});
      }
    }
  }
  const std::string problem = problem_of(page, fields, field);
  if (!problem.empty()) page.notice(column, toolkit::NoticeKind::Error, problem);
  column.cut_top(theme.gap_12);
}

const Field* find(const Fields& fields, std::string_view id) {
  for (const Field& field : fields.list) {
    if (field.id == id) return &field;
  }
  return nullptr;
}

const Field* typed_after(const Fields& fields, const Field& field) {
  bool passed = false;
  for (const Field& other : fields.list) {
    if (passed && other.kind != FieldKind::Choice) return &other;
    passed = passed || &other == &field;
  }
  return nullptr;
}

}  // namespace

void draw_field(Page& page, Rect& column, const Fields& fields, const Field& field) {
  if (field.kind == FieldKind::Choice) {
    draw_choice(page, column, fields, field);
  } else {
    draw_typed(page, column, fields, field);
  }
}

void draw_keyboard(Page& page, Rect& body, const Fields& fields) {
  const Field* field = find(fields, fields.focused);
  if (field == nullptr || field->kind == FieldKind::Choice) return;
  const Field* next = typed_after(fields, *field);
  const std::string_view label = next != nullptr ? page.tr("Next") : page.tr("Finished");
  const bool digits = is_identifier(field->kind);
  const float height = digits ? toolkit::digit_pad_height(page.ui) : toolkit::keyboard_height(page.ui);
  Rect place = body.cut_bottom(height, page.theme().gap_8);
  place.x = page.ui.page().x;
  place.w = page.ui.page().w;
  const toolkit::KeyboardAction wanted =
      digits ? toolkit::digit_pad(page.ui, place, label) : toolkit::keyboard(page.ui, place, label);
  if (wanted != toolkit::KeyboardAction::Next) return;
  if (next != nullptr) {
    focus(page, *next);
  } else {
    page.ask(action::FocusField{});
  }
}

Field own_field(std::string_view id, FieldKind kind, std::string_view label, std::string_view hint) {
  Field field;
  field.id = id;
  field.kind = kind;
  field.label = {std::string(label), std::string(label)};
  field.hint = {std::string(hint), std::string(hint)};
  return field;
}

}  // namespace pishkhan::screens
