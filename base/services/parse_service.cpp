#include "base/services/parse_service.h"

#include "base/services/request_rules.h"

#include <algorithm>

namespace pishkhan::services {
namespace {

using Kind = CatalogueFault::Kind;

constexpr int kLongestLimitDays = 730;
constexpr int kLongestField = 2000;
constexpr std::int64_t kLargestNumber = 999'999'999'999'999;

constexpr std::pair<std::string_view, ServiceKind> kServiceKinds[] = {{"request", ServiceKind::Request},
                                                                      {"tracking", ServiceKind::Tracking}};
constexpr std::pair<std::string_view, Assurance> kAssurances[] = {
    {"mobile-number", Assurance::MobileNumber},
    {"typed-national-id", Assurance::TypedNationalId},
    {"card", Assurance::Card}};
constexpr std::pair<std::string_view, FieldKind> kFieldKinds[] = {{"text", FieldKind::Text},
                                                                  {"long-text", FieldKind::LongText},
                                                                  {"choice", FieldKind::Choice},
                                                                  {"number", FieldKind::Number},
                                                                  {"mobile", FieldKind::Mobile},
                                                                  {"national-id", FieldKind::NationalId},
                                                                  {"postal-code", FieldKind::PostalCode}};

bool is_words(FieldKind kind) {
  return kind == FieldKind::Text || kind == FieldKind::LongText;
}

/// The keys that a kind of field has, and no others, so that a limit that would do nothing is refused.
bool has_keys_of(const Place& place, FieldKind kind) {
  if (is_words(kind)) {
    return place.has_only(
        {"id", "kind", "label", "hint", "required", "personal", "minimum_length", "maximum_length"});
  }
  if (kind == FieldKind::Number) {
    return place.has_only({"id", "kind", "label", "hint", "required", "personal", "minimum", "maximum"});
  }
  if (kind == FieldKind::Choice) {
    return place.has_only({"id", "kind", "label", "hint", "required", "personal", "choices"});
  }
  return place.has_only({"id", "kind", "label", "hint", "required", "personal"});
}

std::vector<Choice> parse_choices(const Place& field) {
  std::vector<Choice> choices;
  UniqueIds unique;
  field.each_at("choices", Presence::Required, [&](const Place& item) {
    if (!item.has_only({"id", "label"})) return;
    choices.push_back({item.id_at("id"), item.local_text_at("label")});
    unique.add(item, choices.back().id);
  });
  const auto list = field.get("choices", Presence::Optional);
  if (list && choices.size() < 2) list->report_wrong("at least two choices");
  return choices;
}

/// The id of a case-key field or of an identity is a promise of its own; a form may not take it.
void refuse_reserved(const Place& field, const std::string& id) {
  const auto place = field.get("id", Presence::Optional);
  if (place && is_reserved_field(id)) place->report_wrong("an id that the visit itself does not use");
}

Field parse_field(const Place& place) {
  Field field;
  const auto kind = place.get("kind", Presence::Required);
  if (!kind) return field;
  field.kind = kind->one_of<FieldKind>(kFieldKinds);
  if (!has_keys_of(place, field.kind)) return field;
  field.id = place.id_at("id");
  refuse_reserved(place, field.id);
  field.label = place.local_text_at("label");
  field.hint = place.local_text_at("hint", Presence::Optional);
  field.required = place.boolean_at("required");
  field.personal = place.boolean_at("personal");
  if (is_words(field.kind)) {
    field.minimum_length = static_cast<int>(place.integer_at("minimum_length", 0, kLongestField, 0));
    field.maximum_length = static_cast<int>(place.integer_at("maximum_length", 1, kLongestField, 250));
    if (field.minimum_length > field.maximum_length) place.report_wrong("minimum_length <= maximum_length");
  } else if (field.kind == FieldKind::Number) {
    field.minimum = place.integer_at("minimum", 0, kLargestNumber);
    field.maximum = place.integer_at("maximum", 0, kLargestNumber);
    if (field.minimum > field.maximum) place.report_wrong("minimum <= maximum");
  } else if (field.kind == FieldKind::Choice) {
    field.choices = parse_choices(place);
  }
  return field;
}

std::vector<FormStep> parse_steps(const Place& service) {
  std::vector<FormStep> steps;
  UniqueIds unique_steps;
  UniqueIds unique_fields;
  service.each_at("steps", Presence::Required, [&](const Place& place) {
    if (!place.has_only({"id", "title", "fields"})) return;
    FormStep step{place.id_at("id"), place.local_text_at("title"), {}};
    unique_steps.add(place, step.id);
    place.each_at("fields", Presence::Required, [&](const Place& field) {
      step.fields.push_back(parse_field(field));
      unique_fields.add(field, step.fields.back().id);
    });
    if (step.fields.empty()) place.report_wrong("at least one field");
    steps.push_back(std::move(step));
  });
  if (steps.empty()) service.report_wrong("at least one step");
  return steps;
}

Stage parse_stage(const Place& place) {
  Stage stage;
  if (!place.has_only({"id", "name", "unit", "limit_working_days", "source", "confirmed"})) return stage;
  stage.id = place.id_at("id");
  stage.name = place.local_text_at("name");
  stage.unit = place.local_text_at("unit");
  const auto limit = place.get("limit_working_days", Presence::Required);
  if (limit && !limit->is_null()) {
    stage.limit_working_days = static_cast<int>(limit->integer(0, kLongestLimitDays));
  }
  stage.source = place.words_at("source", Presence::Optional);
  stage.confirmed = place.boolean_at("confirmed");
  // No source, no promise (domain.md).
  if (limit && stage.limit_working_days && stage.source.empty()) {
    limit->report_wrong("null, because the stage names no source; a limit needs one");
  }
  if (stage.confirmed && stage.source.empty()) {
    place.report_wrong("\"confirmed\" may be true only where \"source\" says what was confirmed");
  }
  return stage;
}

std::vector<Stage> parse_stages(const Place& service) {
  std::vector<Stage> stages;
  UniqueIds unique;
  int latest = 0;
  service.each_at("stages", Presence::Required, [&](const Place& place) {
    stages.push_back(parse_stage(place));
    unique.add(place, stages.back().id);
    const int limit = stages.back().limit_working_days.value_or(latest);
    if (limit < latest) {
      place.report(Kind::StagesOutOfOrder, "limits count from filing: at least the " + std::to_string(latest) +
                                               " working days of the stage before");
    }
    latest = std::max(latest, limit);
  });
  if (stages.empty()) service.report_wrong("at least one stage");
  return stages;
}

std::vector<FeeLine> parse_fees(const Place& service) {
  std::vector<FeeLine> fees;
  service.each_at("fees", Presence::Required, [&](const Place& place) {
    if (!place.has_only({"name", "rial", "tariff"})) return;
    fees.push_back(
        {place.local_text_at("name"), place.integer_at("rial", 0, kLargestNumber), place.words_at("tariff")});
  });
  return fees;
}

std::vector<Requirement> parse_requirements(const Place& service) {
  std::vector<Requirement> requirements;
  service.each_at("requirements", Presence::Required, [&](const Place& place) {
    if (!place.has_only({"name", "why"})) return;
    requirements.push_back({place.local_text_at("name"), place.local_text_at("why", Presence::Optional)});
  });
  return requirements;
}

void parse_case_key(const Place& place, Service& service) {
  UniqueIds unique;
  place.each_at("case_key", Presence::Required, [&](const Place& item) {
    service.case_key.push_back(item.id());
    unique.add(item, service.case_key.back());
    if (service.field(service.case_key.back()) == nullptr) {
      item.report(Kind::DanglingReference, "the id of a field of this service");
    }
  });
}

/// Known by a mobile number means that the form asks for one.
void check_mobile(const Place& place, const Service& service) {
  if (service.assurance != Assurance::MobileNumber) return;
  for (const FormStep& step : service.steps) {
    for (const Field& field : step.fields) {
      if (field.kind == FieldKind::Mobile && field.required) return;
    }
  }
  place.report_wrong("assurance \"mobile-number\" only with a required field of kind \"mobile\"");
}

}  // namespace

Service parse_service(const Place& place, std::string_view stem) {
  Service service;
  const auto kind = place.get("kind", Presence::Required);
  if (!kind) return service;
  service.kind = kind->one_of<ServiceKind>(kServiceKinds);
  const bool request = service.kind == ServiceKind::Request;
  const bool keys_right =
      request ? place.has_only({"id", "area", "kind", "name", "summary", "assurance", "minutes_to_fill", "fees",
                                "requirements", "stages", "steps", "case_key", "follow_up"})
              : place.has_only(
                    {"id", "area", "kind", "name", "summary", "minutes_to_fill", "requirements", "follow_up"});
  if (!keys_right) return service;
  service.id = place.id_at("id");
  if (service.id != stem) {
    if (const auto id = place.get("id", Presence::Optional)) {
      id->report_wrong("the name of the file, \"" + std::string(stem) + "\"");
    }
  }
  service.area = place.id_at("area");
  service.name = place.local_text_at("name");
  service.summary = place.local_text_at("summary");
  service.minutes_to_fill = static_cast<int>(place.integer_at("minutes_to_fill", 1, 120));
  service.requirements = parse_requirements(place);
  service.follow_up = place.local_text_at("follow_up");
  if (!request) return service;
  if (const auto assurance = place.get("assurance", Presence::Required)) {
    service.assurance = assurance->one_of<Assurance>(kAssurances);
  }
  service.fees = parse_fees(place);
  service.stages = parse_stages(place);
  service.steps = parse_steps(place);
  parse_case_key(place, service);
  check_mobile(place, service);
  return service;
}

}  // namespace pishkhan::services
