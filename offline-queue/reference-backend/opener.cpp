#include "offline-queue/reference-backend/opener.h"

#include "base/services/case_key.h"
#include "base/services/request_rules.h"

#include <string_view>
#include <utility>

namespace pishkhan::backend {
namespace {

using namespace protocol;

const char* word(EnvelopeFault fault) {
  switch (fault) {
    case EnvelopeFault::OtherKey:
      return "sealed-to-another-key";
    case EnvelopeFault::Damaged:
      return "damaged-envelope";
    default:
      return "no-envelope";
  }
}

const char* word(services::RequestFault::Kind kind) {
  using Kind = services::RequestFault::Kind;
  switch (kind) {
    case Kind::UnknownService:
      return "unknown-service";
    case Kind::NotARequest:
      return "not-a-request";
    case Kind::UnknownField:
      return "unknown-field";
    case Kind::Field:
      return "field-breaks-its-rule";
    case Kind::NotStoredForm:
      return "field-not-in-stored-form";
    case Kind::TooLowAssurance:
      return "person-not-known-enough";
  }
  return "unknown-fault";
}

/// Who files: the proven identity, or the number that the service asks for to call back.
std::string_view applicant(const Request& request, const services::Service& service) {
  const auto identity = request.identity.find("national_id");
  if (identity != request.identity.end()) return identity->second.reveal();
  for (const services::FormStep& step : service.steps) {
    for (const services::Field& field : step.fields) {
      const bool names_a_person =
          field.kind == services::FieldKind::NationalId || field.kind == services::FieldKind::Mobile;
      const auto value = request.fields.find(field.id);
      if (names_a_person && value != request.fields.end()) return value->second.reveal();
    }
  }
  return {};
}

std::optional<Hash> same_matter(const Request& request, const services::Service& service,
                                const services::Values& values) {
  const std::optional<PersonalText> key = services::case_key(service, values);
  const std::string_view person = applicant(request, service);
  if (!key || person.empty()) return std::nullopt;
  SecretBytes words(key->reveal().size() + 1 + person.size());
  words.append(key->reveal());
  words.append(std::string_view("\x1f"));
  words.append(person);
  return blake2b(words.view());
}

}  // namespace

OpenedRequest open_request(const Record& record, std::span<const OpeningKey> keys,
                           const CatalogueOf& catalogue_of) {
  OpenedRequest result;
  const Result<SecretBytes, EnvelopeFault> body = protocol::open(*record.payload, keys);
  if (!body) {
    result.reason = word(body.error());
    return result;
  }
  Result<Request, BodyFault> request = parse_request(body->view());
  if (!request) {
    result.reason = "no-request-body";
    return result;
  }
  const RecordHeader& header = record.header;
  const bool in_its_place = request->request_id == header.request_id && request->code.kiosk == header.kiosk &&
                            request->code.epoch == header.epoch && request->code.sequence == header.sequence;
  // The rules speak of the form and of the person together; here they lie apart, and neither may hold the
  // other's.
  services::Values values;
  bool apart = true;
  for (const auto& [id, text] : request->fields) {
    apart = apart && !services::is_reserved_field(id);
    values.emplace(id, text);
  }
  for (const auto& [id, text] : request->identity) {
    apart = apart && services::is_reserved_field(id);
    values.emplace(id, text);
  }
  const services::Catalogue& catalogue = catalogue_of(request->catalogue_fingerprint);
  const auto allowed = services::check_request(catalogue, request->service_id, request->assurance, values);
  if (!in_its_place) {
    // Somebody sealed a copy of another request's body into this record.
    result.reason = "not-of-this-record";
  } else if (!apart) {
    result.reason = word(services::RequestFault::Kind::UnknownField);
  } else if (!allowed) {
    result.reason = word(allowed.error().kind);
  } else if (const services::Service* service = catalogue.service(request->service_id)) {
    result.same_matter = same_matter(*request, *service, values);
    if (!service->stages.empty()) result.first_stage = service->stages.front().id;
  }
  result.request = std::move(*request);
  return result;
}

}  // namespace pishkhan::backend
