#include "offline-queue/protocol/enrolment.h"

#include "offline-queue/protocol/private_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace pishkhan::protocol {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 10> members{
    "kiosk",    "epoch",      "demo",      "backend-url", "opening-key",
    "city-key", "ingest-key", "cases-key", "update-key",  "kiosk-certificate"};

/// Reads members one by one and remembers the first thing that is wrong.
class MemberReader {
 public:
  explicit MemberReader(const Json& object) : object_(object) {}
  [[nodiscard]] const std::optional<EnrolmentProblem>& problem() const { return problem_; }
  void refuse(EnrolmentFault fault, std::string_view key) {
    if (!problem_) problem_ = EnrolmentProblem{fault, std::string(key)};
  }

  int number(std::string_view key, int lowest, int highest) {
    const Json* value = member(key);
    if (value == nullptr) return 0;
    if (!value->is_number_integer()) {
      refuse(EnrolmentFault::WrongType, key);
      return 0;
    }
    const auto found = value->get<std::int64_t>();
    if (found < lowest || found > highest) refuse(EnrolmentFault::BadValue, key);
    return static_cast<int>(found);
  }
  std::string text(std::string_view key) {
    const Json* value = member(key);
    if (value == nullptr) return {};
    if (!value->is_string()) {
      refuse(EnrolmentFault::WrongType, key);
      return {};
    }
    return value->get<std::string>();
  }
  bool flag(std::string_view key) {
    const Json* value = member(key);
    if (value != nullptr && !value->is_boolean()) refuse(EnrolmentFault::WrongType, key);
    return value != nullptr && value->is_boolean() && value->get<bool>();
  }
  std::string public_key_pem(std::string_view key) {
    std::string pem = text(key);
    if (!problem_ && !VerifyingKey::from_pem(pem)) refuse(EnrolmentFault::BadValue, key);
    return pem;
  }
  const Json* member(std::string_view key) {
    const auto found = object_.find(std::string(key));
    if (found != object_.end()) return &*found;
    refuse(EnrolmentFault::MissingKey, key);
    return nullptr;
  }

 private:
  const Json& object_;
  std::optional<EnrolmentProblem> problem_;
};

OpeningPublicKey read_opening_key(MemberReader& reader) {
  OpeningPublicKey key;
  const Json* value = reader.member("opening-key");
  if (value == nullptr) return key;
  if (!value->is_object()) {
    reader.refuse(EnrolmentFault::WrongType, "opening-key");
    return key;
  }
  for (const auto& [name, unused] : value->items()) {
    if (name != "id" && name != "public") reader.refuse(EnrolmentFault::UnknownKey, "opening-key." + name);
  }
  if (!value->contains("id") || !(*value)["id"].is_number_unsigned() ||
      (*value)["id"].get<std::uint64_t>() > 0xFFFFFFFFU) {
    reader.refuse(EnrolmentFault::BadValue, "opening-key.id");
    return key;
  }
  key.id = (*value)["id"].get<std::uint32_t>();
  std::optional<Bytes> point;
  if (value->contains("public") && (*value)["public"].is_string()) {
    point = from_hex((*value)["public"].get<std::string>());
  }
  if (!point || point->size() != key.public_key.size()) {
    reader.refuse(EnrolmentFault::BadValue, "opening-key.public");
    return key;
  }
  std::copy(point->begin(), point->end(), key.public_key.begin());
  return key;
}

void read_certificate(MemberReader& reader, Enrolment& enrolment) {
  const auto bytes = from_hex(reader.text("kiosk-certificate"));
  const auto certificate = bytes ? KioskCertificate::parse(*bytes) : std::nullopt;
  const auto city = VerifyingKey::from_pem(enrolment.city_key_pem);
  if (!certificate || !city || certificate->kiosk != enrolment.kiosk || certificate->epoch != enrolment.epoch ||
      !certificate->signed_by(*city)) {
    reader.refuse(EnrolmentFault::BadValue, "kiosk-certificate");
    return;
  }
  enrolment.certificate = *certificate;
}

}  // namespace

DemoPolicy built_demo_policy() {
#ifdef PISHKHAN_DEMO
  return DemoPolicy::Accept;
#else
  return DemoPolicy::Refuse;
#endif
}

Result<Enrolment, EnrolmentProblem> Enrolment::parse(std::string_view json, DemoPolicy policy) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return fail(EnrolmentProblem{EnrolmentFault::NotJson, ""});
  MemberReader reader(object);
  for (const auto& [name, unused] : object.items()) {
    if (std::find(members.begin(), members.end(), name) == members.end()) {
      reader.refuse(EnrolmentFault::UnknownKey, name);
    }
  }
  Enrolment enrolment;
  enrolment.demo = reader.flag("demo");
  if (enrolment.demo && policy == DemoPolicy::Refuse) reader.refuse(EnrolmentFault::DemoRefused, "demo");
  enrolment.kiosk = reader.number("kiosk", TrackingCode::lowest_kiosk, TrackingCode::highest_kiosk);
  enrolment.epoch = reader.number("epoch", 1, TrackingCode::highest_epoch);
  enrolment.backend_url = reader.text("backend-url");
  if (!enrolment.backend_url.starts_with("https://")) reader.refuse(EnrolmentFault::BadValue, "backend-url");
  enrolment.opening_key = read_opening_key(reader);
  enrolment.city_key_pem = reader.public_key_pem("city-key");
  enrolment.ingest_key_pem = reader.public_key_pem("ingest-key");
  enrolment.cases_key_pem = reader.public_key_pem("cases-key");
  enrolment.update_key_pem = reader.public_key_pem("update-key");
  read_certificate(reader, enrolment);
  if (reader.problem()) return fail(*reader.problem());
  return enrolment;
}

Result<Enrolment, EnrolmentProblem> Enrolment::load(const std::filesystem::path& file, DemoPolicy policy) {
  const auto content = read_private_file(file, 65536);
  if (!content) {
    const bool missing = content.error() == PrivateFileFault::Missing;
    return fail(EnrolmentProblem{missing ? EnrolmentFault::Missing : EnrolmentFault::Unreadable, ""});
  }
  return parse(as_text(content->view()), policy);
}

std::string Enrolment::encode() const {
  const Json object{{"kiosk", kiosk},
                    {"epoch", epoch},
                    {"demo", demo},
                    {"backend-url", backend_url},
                    {"opening-key", {{"id", opening_key.id}, {"public", to_hex(opening_key.public_key)}}},
                    {"city-key", city_key_pem},
                    {"ingest-key", ingest_key_pem},
                    {"cases-key", cases_key_pem},
                    {"update-key", update_key_pem},
                    {"kiosk-certificate", to_hex(certificate.encode())}};
  return object.dump(2) + "\n";
}

}  // namespace pishkhan::protocol
