#include "base/services/validate.h"
#include "kiosk/visit/stepper.h"

#include <algorithm>
#include <utility>

namespace pishkhan::visit {

namespace {

/// The fields that belong to the flow and to no service's form. Their labels are the screens' own.
services::Field flow_field(const char* id, services::FieldKind kind, bool required) {
  services::Field field;
  field.id = id;
  field.kind = kind;
  field.required = required;
  return field;
}

const services::Field& national_id_field() {
  static const services::Field field = flow_field("national_id", services::FieldKind::NationalId, true);
  return field;
}
const services::Field& code_field() {
  static const services::Field field = flow_field("code", services::FieldKind::TrackingCode, true);
  return field;
}
const services::Field& secret_field() {
  static const services::Field field = [] {
    services::Field made = flow_field("secret", services::FieldKind::Number, false);
    made.maximum = 99'999'999;
    made.maximum_length = 8;
    return made;
  }();
  return field;
}
const services::Field& mobile_field() {
  static const services::Field field = flow_field("mobile", services::FieldKind::Mobile, true);
  return field;
}

}  // namespace

std::vector<const services::Field*> asked_fields(const Visit& visit) {
  std::vector<const services::Field*> fields;
  if (const auto* form = std::get_if<page::Form>(&visit.page)) {
    for (const services::Field& field : visit.service->steps[static_cast<std::size_t>(form->step)].fields)
      fields.push_back(&field);
  } else if (const auto* identify = std::get_if<page::Identify>(&visit.page)) {
    if (!identify->by_card) fields.push_back(&national_id_field());
  } else if (std::holds_alternative<page::Track>(visit.page)) {
    fields = {&code_field(), &secret_field()};
  } else if (std::holds_alternative<page::Recover>(visit.page)) {
    fields.push_back(&mobile_field());
  }
  return fields;
}

const services::Field* asked_field(const Visit& visit, std::string_view id) {
  for (const services::Field* field : asked_fields(visit))
    if (field->id == id) return field;
  return nullptr;
}

namespace {

Result<PersonalText, services::FieldProblem> check(const Visit& visit, const services::Field& field) {
  const auto typed = visit.values.find(field.id);
  return services::validate(field, typed == visit.values.end() ? std::string_view() : typed->second.reveal());
}

}  // namespace

screens::FieldProblems settle_fields(Visit& visit) {
  screens::FieldProblems problems;
  for (const services::Field* field : asked_fields(visit)) {
    auto settled = check(visit, *field);
    if (settled)
      visit.values.insert_or_assign(field->id, std::move(*settled));
    else
      problems.emplace(field->id, settled.error());
  }
  return problems;
}

bool may_continue(const Visit& visit) {
  for (const services::Field* field : asked_fields(visit))
    if (!check(visit, *field)) return false;
  return true;
}

bool may_file_again(const Visit& visit) {
  const auto* refused = std::get_if<page::Refused>(&visit.page);
  const bool typed = std::any_of(visit.values.begin(), visit.values.end(),
                                 [](const auto& value) { return !value.second.empty(); });
  return refused != nullptr && typed && refused->fault != FilingFault::NotEnrolled;
}

}  // namespace pishkhan::visit
