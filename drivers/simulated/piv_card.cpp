#include "drivers/simulated/piv_card.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

namespace pishkhan::simulated {

namespace {

// SP 800-73-4, part 1, 2.2 and table 3.
constexpr std::uint8_t application_id[] = {0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00};
constexpr std::size_t shortest_application_id = 9;  // the version may be left out (part 2, 3.1.1)
constexpr std::uint32_t discovery = 0x7E;
constexpr std::uint32_t capability_container = 0x5FC107;
constexpr std::uint32_t holder_identifier = 0x5FC102;
constexpr std::uint32_t holder_certificate = 0x5FC105;
constexpr std::uint32_t card_certificate = 0x5FC101;
// Part 1, table 6b, and SP 800-78-4, table 6-2.
constexpr std::uint8_t key_of_holder = 0x9A;
constexpr std::uint8_t key_of_card = 0x9E;
constexpr std::uint8_t algorithm_rsa_2048 = 0x07;
constexpr std::uint8_t algorithm_p256 = 0x11;
constexpr std::string_view pin = "123456";
constexpr std::size_t pin_bytes = 8;

Bytes wrapped(std::uint32_t tag, const Bytes& value) {
  Bytes object;
  append_object(object, tag, value);
  return object;
}

/// Part 1, 3.1.1: registered data model 10, everything else empty.
Bytes make_capability_container() {
  Bytes inner;
  append_object(inner, 0xF0,
                from_hex("a000000116ff02"
                         "5049534848414e5349"
                         "4d554c4154")
                    .value());
  append_object(inner, 0xF1, Bytes{0x21});
  append_object(inner, 0xF2, Bytes{0x21});
  append_object(inner, 0xF3, {});
  append_object(inner, 0xF4, Bytes{0x00});
  append_object(inner, 0xF5, Bytes{0x10});
  for (const std::uint32_t tag : {0xF6U, 0xF7U, 0xFAU, 0xFBU, 0xFCU, 0xFDU, 0xFEU})
    append_object(inner, tag, {});
  return wrapped(0x53, inner);
}

/// Part 1, 3.1.2: a FASC-N of no agency, a GUID, the date of expiry.
Bytes make_holder_identifier() {
  Bytes inner;
  append_object(inner, 0x30, from_hex("d4e739da739ced39ce739da1685a1082108ce73984108121fc").value());
  append_object(inner, 0x34, from_hex("506973686b68416e8000000000000001").value());
  append_object(inner, 0x35, as_bytes("20361231"));
  append_object(inner, 0x3E, {});
  append_object(inner, 0xFE, {});
  return wrapped(0x53, inner);
}

/// Part 1, 3.1.3: the certificate as it is (71 = 00), no error detection code.
Bytes certificate_object(const Bytes& certificate) {
  Bytes inner;
  append_object(inner, 0x70, certificate);
  append_object(inner, 0x71, Bytes{0x00});
  append_object(inner, 0xFE, {});
  return wrapped(0x53, inner);
}

/// One BER-TLV object with a tag of one byte, as this card's commands have them.
struct Object {
  std::uint8_t tag = 0;
  ByteView value;
};
std::optional<Object> take_object(ByteView& bytes) {
  if (bytes.size() < 2) return std::nullopt;
  std::size_t head = 2;
  std::size_t length = bytes[1];
  if (length == 0x81 && bytes.size() >= 3) {
    length = bytes[2];
    head = 3;
  } else if (length == 0x82 && bytes.size() >= 4) {
    length = static_cast<std::size_t>(bytes[2]) << 8 | bytes[3];
    head = 4;
  } else if (length > 0x7F) {
    return std::nullopt;
  }
  if (bytes.size() < head + length) return std::nullopt;
  const Object object{bytes[0], bytes.subspan(head, length)};
  bytes = bytes.subspan(head + length);
  return object;
}

/// T=0 and T=1, both at the default rate; historical bytes that name nobody.
Bytes answer_to_reset() {
  return with_check_byte({0x3B, 0x85, 0x80, 0x01, 'P', 'I', 'V', 'S', 'M'});
}

}  // namespace

PivCard::PivCard(const CardAuthority& authority, CardKey::Kind keys, const std::string& common_name)
    : CardProgram(answer_to_reset()), holder_key_(CardKey::generate(keys)), card_key_(CardKey::generate(keys)) {
  // Part 1, 3.3.2: the application and its PIN policy (only the application's own PIN).
  Bytes inner;
  append_object(inner, 0x4F, application_id);
  append_object(inner, 0x5F2F, Bytes{0x40, 0x00});
  objects_[discovery] = wrapped(discovery, inner);
  objects_[capability_container] = make_capability_container();
  objects_[holder_identifier] = make_holder_identifier();
  objects_[holder_certificate] =
      certificate_object(authority.issue(holder_key_, {.common_name = common_name, .serial_number = {}}));
  objects_[card_certificate] =
      certificate_object(authority.issue(card_key_, {.common_name = common_name, .serial_number = {}}));
}

PivCard::PivCard(Copied, const PivCard& original)
    : CardProgram(answer_to_reset()),
      objects_(original.objects_),
      holder_key_(CardKey::generate(original.holder_key_.kind())),
      card_key_(CardKey::generate(original.card_key_.kind())) {}

std::unique_ptr<PivCard> PivCard::forged(const PivCard& original) {
  return std::unique_ptr<PivCard>(new PivCard(Copied{}, original));
}

Bytes PivCard::object(std::uint32_t tag) const {
  const auto found = objects_.find(tag);
  return found == objects_.end() ? Bytes{} : found->second;
}

void PivCard::forget() {
  selected_ = verified_ = false;
}

CardProgram::Answer PivCard::run(const CardCommand& command) {
  if (command.instruction == 0xA4) return select(command);
  if (!selected_) return {status::unknown_instruction, {}};
  switch (command.instruction) {
    case 0xCB:
      return get_data(command);
    case 0x20:
      return verify(command);
    case 0x87:
      return authenticate(command);
    default:
      return {status::unknown_instruction, {}};
  }
}

/// Part 2, 3.1.1: the application property template.
CardProgram::Answer PivCard::select(const CardCommand& command) {
  if (command.p1 != 0x04 || (command.p2 & ~0x0C) != 0) return {status::wrong_p1_p2, {}};
  const std::size_t size = command.data.size();
  const bool own = size >= shortest_application_id && size <= sizeof application_id &&
                   std::equal(command.data.begin(), command.data.end(), std::begin(application_id));
  if (!own) return {status::not_found, {}};
  selected_ = true;
  verified_ = false;
  Bytes inner;
  append_object(inner, 0x4F, from_hex("000010000100").value());
  append_object(inner, 0x79, wrapped(0x4F, from_hex("a000000308").value()));
  append_object(inner, 0x50, as_bytes("Simulated PIV"));
  return {status::done, wrapped(0x61, inner)};
}

CardProgram::Answer PivCard::get_data(const CardCommand& command) const {
  if (command.p1 != 0x3F || command.p2 != 0xFF) return {status::wrong_p1_p2, {}};
  ByteView data = command.data;
  const auto list = take_object(data);
  if (!list || list->tag != 0x5C || !data.empty() || list->value.size() > 3) return {status::wrong_data, {}};
  std::uint32_t tag = 0;
  for (const std::uint8_t byte : list->value) tag = tag << 8 | byte;
  Bytes value = object(tag);
  if (value.empty()) return {status::not_found, {}};
  return {status::done, std::move(value)};
}

CardProgram::Answer PivCard::verify(const CardCommand& command) {
  constexpr std::uint16_t blocked = 0x6983;
  if (command.p2 != 0x80 || (command.p1 != 0x00 && command.p1 != 0xFF)) return {status::no_key, {}};
  const auto left = [&] { return static_cast<std::uint16_t>(0x63C0 | tries_); };
  if (command.p1 == 0xFF) {
    verified_ = false;
    return {status::done, {}};
  }
  if (command.data.empty()) return {verified_ ? status::done : tries_ == 0 ? blocked : left(), {}};
  if (tries_ == 0) return {blocked, {}};
  if (command.data.size() != pin_bytes) return {status::wrong_data, {}};
  Bytes padded(pin.begin(), pin.end());
  padded.resize(pin_bytes, 0xFF);
  verified_ = std::ranges::equal(command.data, padded);
  if (verified_) {
    tries_ = 3;
    return {status::done, {}};
  }
  --tries_;
  return {left(), {}};  // 63 C0 with the last one: other cards say 69 83 there already
}

/// Part 2, 3.2.4: 7C with an empty 82 (the response, please) and 81 (the challenge).
CardProgram::Answer PivCard::authenticate(const CardCommand& command) const {
  if (command.p2 != key_of_holder && command.p2 != key_of_card) return {status::wrong_p1_p2, {}};
  const CardKey& key = command.p2 == key_of_holder ? holder_key_ : card_key_;
  const bool curve = key.kind() == CardKey::Kind::EcP256;
  if (command.p1 != (curve ? algorithm_p256 : algorithm_rsa_2048)) return {status::wrong_p1_p2, {}};
  if (command.p2 == key_of_holder && !verified_) return {status::security, {}};
  ByteView data = command.data;
  const auto outer = take_object(data);
  if (!outer || outer->tag != 0x7C || !data.empty()) return {status::wrong_data, {}};
  ByteView rest = outer->value;
  bool wants_response = false;
  ByteView challenge;
  while (!rest.empty()) {
    const auto object = take_object(rest);
    if (!object) return {status::wrong_data, {}};
    if (object->tag == 0x82) wants_response = object->value.empty();
    if (object->tag == 0x81) challenge = object->value;
  }
  // An RSA key takes a whole block that the host has padded.
  const Bytes signature = curve ? key.sign_digest(challenge) : key.sign_block(challenge);
  if (!wants_response || signature.empty()) return {status::wrong_data, {}};
  return {status::done, wrapped(0x7C, wrapped(0x82, signature))};
}

}  // namespace pishkhan::simulated
