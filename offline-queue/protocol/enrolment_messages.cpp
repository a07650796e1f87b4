#include "offline-queue/protocol/enrolment_messages.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/protocol/tracking_code.h"

namespace pishkhan::protocol {
namespace {

using nlohmann::json;

int read_kiosk(Members& members) {
  return members.small("kiosk", TrackingCode::lowest_kiosk, TrackingCode::highest_kiosk);
}

Bytes read_request(Members& members) {
  Bytes request = members.base64("certificate_request", largest_certificate_request);
  if (request.empty()) members.spoil();
  return request;
}

}  // namespace

std::string EnrolRequest::encode() const {
  return dump({{"kiosk", kiosk},
               {"pass", to_hex(pass)},
               {"certificate_request", to_base64(certificate_request)},
               {"proof", to_hex(proof)}});
}

std::optional<EnrolRequest> EnrolRequest::parse(std::string_view text) {
  const json object = parse_json(text);
  Members members(object);
  EnrolRequest request;
  request.kiosk = read_kiosk(members);
  request.pass = members.hex<32>("pass");
  request.certificate_request = read_request(members);
  request.proof = members.hex<32>("proof");
  return members.ok() ? std::optional(std::move(request)) : std::nullopt;
}

std::string RenewalRequest::encode() const {
  return dump({{"epoch", epoch}, {"certificate_request", to_base64(certificate_request)}});
}

std::optional<RenewalRequest> RenewalRequest::parse(std::string_view text) {
  const json object = parse_json(text);
  Members members(object);
  RenewalRequest request;
  request.epoch = members.small("epoch", 1, TrackingCode::highest_epoch);
  request.certificate_request = read_request(members);
  return members.ok() ? std::optional(std::move(request)) : std::nullopt;
}

Bytes EnrolmentAnswer::statement() const {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.bytes(as_bytes("PKE"));
  writer.u8(1);
  writer.be32(static_cast<std::uint32_t>(certificate.size()));
  writer.bytes(as_bytes(certificate));
  writer.bytes(as_bytes(enrolment));
  return bytes;
}

std::string EnrolmentAnswer::encode() const {
  return dump({{"certificate", certificate},
               {"enrolment", enrolment},
               {"city_signature", to_base64(city_signature)},
               {"proof", to_hex(proof)}});
}

std::optional<EnrolmentAnswer> EnrolmentAnswer::parse(std::string_view text) {
  const json object = parse_json(text);
  Members members(object);
  EnrolmentAnswer answer;
  answer.certificate = members.text("certificate", 1, largest_certificate_text);
  answer.enrolment = members.text("enrolment", 1, largest_enrolment_text);
  answer.city_signature = members.base64_exactly<64>("city_signature");
  answer.proof = members.hex<32>("proof");
  return members.ok() ? std::optional(std::move(answer)) : std::nullopt;
}

}  // namespace pishkhan::protocol
