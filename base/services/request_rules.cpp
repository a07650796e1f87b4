#include "base/services/request_rules.h"

#include <algorithm>

namespace pishkhan::services {
namespace {

using Kind = RequestFault::Kind;
using Outcome = Result<void, RequestFault>;

Outcome check_field(const Field& field, const Values& values) {
  const auto value = values.find(field.id);
  const std::string_view given = value == values.end() ? std::string_view() : value->second.reveal();
  const auto stored = validate(field, given);
  if (!stored) return fail(RequestFault{Kind::Field, field.id, stored.error()});
  if (stored->reveal() != given) return fail(RequestFault{Kind::NotStoredForm, field.id, {}});
  return {};
}

/// The national ID and the name, which belong to the visit and to no form.
std::vector<Field> identity_fields(Assurance assurance) {
  if (assurance == Assurance::MobileNumber) return {};
  Field national_id;
  national_id.id = kNationalIdField;
  national_id.kind = FieldKind::NationalId;
  Field name;
  name.id = kNameField;
  name.required = false;
  return {national_id, name};
}

}  // namespace

bool is_reserved_field(std::string_view id) {
  return id == kNationalIdField || id == kNameField || id == "code" || id == "secret";
}

Outcome check_request(const Catalogue& catalogue, std::string_view service_id, Assurance assurance,
                      const Values& values) {
  const Service* const service = catalogue.service(service_id);
  if (service == nullptr) return fail(RequestFault{Kind::UnknownService, "", {}});
  if (service->kind != ServiceKind::Request) return fail(RequestFault{Kind::NotARequest, "", {}});
  if (assurance < service->assurance) return fail(RequestFault{Kind::TooLowAssurance, "", {}});
  std::vector<Field> asked = identity_fields(assurance);
  for (const FormStep& step : service->steps) asked.insert(asked.end(), step.fields.begin(), step.fields.end());
  for (const auto& entry : values) {
    const bool known =
        std::any_of(asked.begin(), asked.end(), [&](const Field& field) { return field.id == entry.first; });
    // The unknown name itself is not repeated: whoever sent it may have written anything into it.
    if (!known) return fail(RequestFault{Kind::UnknownField, "", {}});
  }
  for (const Field& field : asked) {
    if (auto checked = check_field(field, values); !checked) return checked;
  }
  return {};
}

}  // namespace pishkhan::services
