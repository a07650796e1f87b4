// The named procedures: what needs keys is built in, and no profile can say it otherwise.
#include "drivers/card-reader/card_session.h"
#include "drivers/card-reader/pkcs15.h"
#include "drivers/card-reader/tlv.h"
#include "drivers/card-reader/trust.h"

#include <algorithm>
#include <array>

namespace pishkhan::card {

namespace {

// ISO 7816-4, 11.5.
constexpr std::uint8_t instruction_external_authenticate = 0x82;
constexpr std::uint8_t instruction_get_challenge = 0x84;
constexpr std::uint8_t instruction_general_authenticate = 0x87;
constexpr std::uint8_t instruction_internal_authenticate = 0x88;
constexpr std::uint16_t done = 0x9000;
constexpr std::size_t most_wanted = 256;
constexpr std::size_t challenge_bytes = 32;
// SP 800-73-4, part 2, table 7; SP 800-78-4, table 6-2.
constexpr std::uint8_t algorithm_rsa_2048 = 0x07;
constexpr std::uint8_t algorithm_p256 = 0x11;
constexpr std::size_t rsa_2048_bytes = 256;
constexpr std::uint8_t dynamic_template = 0x7C;
constexpr std::uint8_t template_challenge = 0x81;
constexpr std::uint8_t template_response = 0x82;
/// DigestInfo of SHA-256 (RFC 8017, 9.2, note 1), before the 32 bytes themselves.
constexpr std::array<std::uint8_t, 19> digest_info{0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                                   0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
constexpr std::string_view kiosk_line = "pishkhan-kiosk-to-card-1\n";

/// What an RSA key that pads by itself is given (RFC 8017, 9.2, T).
Bytes described(ByteView digest) {
  Bytes bytes(digest_info.begin(), digest_info.end());
  bytes.insert(bytes.end(), digest.begin(), digest.end());
  return bytes;
}

/// What an RSA key that pads nothing is given: EMSA-PKCS1-v1_5 (RFC 8017, 9.2).
Bytes padded(ByteView digest, std::size_t block_bytes) {
  const Bytes inner = described(digest);
  Bytes block(block_bytes, 0xFF);
  block[0] = 0x00;
  block[1] = 0x01;
  block[block_bytes - inner.size() - 1] = 0x00;
  std::ranges::copy(inner, block.end() - static_cast<std::ptrdiff_t>(inner.size()));
  return block;
}

CardFault fault_of(TrustFault fault) {
  switch (fault) {
    case TrustFault::Malformed:
      return CardFault::Unreadable;
    case TrustFault::Untrusted:
    case TrustFault::WrongUse:
      return CardFault::Untrusted;
    case TrustFault::NotYetValid:
    case TrustFault::Expired:
      break;
  }
  return CardFault::OutOfDate;
}

}  // namespace

Bytes KioskProver::signed_form(ByteView challenge) {
  Bytes message;
  ByteWriter writer(message);
  writer.bytes(as_bytes(kiosk_line));
  writer.bytes(challenge);
  return message;
}

Result<void, CardFault> CardProof::find() {
  const Proof& proof = *session_.profile().proof;
  if (proof.procedure == Proof::Procedure::Pkcs15) return find_by_directories();
  key_ = proof.key;
  const Bytes* held = session_.thing(proof.certificate);
  if (held == nullptr) return fail(CardFault::Unreadable);
  const auto inside = find_object(*held, proof.inside);
  if (!inside) return fail(inside.error());
  der_.assign(inside->begin(), inside->end());
  if (!Certificate::parse(der_)) return fail(CardFault::Unreadable);
  return {};
}

/// ISO 7816-15: EF.ODF names the directories of keys and certificates, which name each other by an id.
Result<void, CardFault> CardProof::find_by_directories() {
  using By = step::Select::By;
  int number = 0;
  const auto read = [&](const step::Select& where) -> Result<ByteView, CardFault> {
    if (const auto selected = session_.must_select(where); !selected) return fail(selected.error());
    const std::string as = "pkcs15." + std::to_string(++number);
    const auto whole =
        session_.read_binary({.as = as, .part = 240, .at_most = 2048, .ends = step::ReadBinary::Ends::File});
    if (!whole) return fail(whole.error());
    return ByteView(*session_.thing(as));
  };
  const Bytes directory{pkcs15::object_directory >> 8, pkcs15::object_directory & 0xFF};
  const auto objects = read({By::FileId, directory});
  if (!objects) return fail(objects.error());
  const auto directories = pkcs15::parse_directories(*objects);
  if (!directories) return fail(CardFault::Unreadable);
  std::vector<pkcs15::KeyEntry> keys;
  std::vector<pkcs15::CertificateEntry> certificates;
  const auto path_of = [](Bytes path) {
    // From the master file on, which is not named (ISO 7816-4, 11.2.1: P1 = 08).
    if (path.size() > 2 && path[0] == 0x3F && path[1] == 0x00) path.erase(path.begin(), path.begin() + 2);
    return step::Select{By::Path, std::move(path)};
  };
  for (const Bytes& path : directories->private_keys) {
    const auto file = read(path_of(path));
    if (!file) return fail(file.error());
    const auto entries = pkcs15::parse_keys(*file);
    if (!entries) return fail(CardFault::Unreadable);
    keys.insert(keys.end(), entries->begin(), entries->end());
  }
  for (const Bytes& path : directories->certificates) {
    const auto file = read(path_of(path));
    if (!file) return fail(file.error());
    const auto entries = pkcs15::parse_certificates(*file);
    if (!entries) return fail(CardFault::Unreadable);
    certificates.insert(certificates.end(), entries->begin(), entries->end());
  }
  const auto chosen = pkcs15::usable(keys, certificates);
  if (!chosen) return fail(CardFault::Unreadable);
  key_ = chosen->key_reference;
  const auto certificate = read(path_of(chosen->certificate_path));
  if (!certificate) return fail(certificate.error());
  der_.assign(certificate->begin(), certificate->end());
  if (!Certificate::parse(der_)) return fail(CardFault::Unreadable);
  return {};
}

std::string CardProof::subject(bool common_name) const {
  const auto certificate = Certificate::parse(der_);
  if (!certificate) return {};
  return certificate->subject(common_name ? Certificate::Part::CommonName : Certificate::Part::SerialNumber);
}

Result<Bytes, CardFault> CardProof::sign(ByteView challenge) {
  const auto certificate = Certificate::parse(der_);
  if (!certificate) return fail(CardFault::Unreadable);
  const bool curve = certificate->key_kind() == Certificate::KeyKind::EcP256;
  if (session_.profile().proof->procedure == Proof::Procedure::GeneralAuthenticate) {
    if (!curve && certificate->key_bytes() != rsa_2048_bytes) return fail(CardFault::Unreadable);
    return curve ? authenticate(algorithm_p256, challenge)
                 : authenticate(algorithm_rsa_2048, padded(challenge, rsa_2048_bytes));
  }
  auto answer = session_.say({.ins = instruction_internal_authenticate,
                              .p2 = key_,
                              .data = curve ? Bytes(challenge.begin(), challenge.end()) : described(challenge),
                              .wanted = most_wanted});
  if (!answer) return fail(answer.error());
  // A copy has no key to sign with, and says so in one way or another.
  if (answer->status != done) return fail(CardFault::Copied);
  return std::move(answer->data);
}

/// GENERAL AUTHENTICATE (SP 800-73-4, part 2, 3.2.4). What is longer than a short command is chained, as there.
Result<Bytes, CardFault> CardProof::authenticate(std::uint8_t algorithm, ByteView challenge) {
  Bytes inside;
  append_tlv(inside, template_response, {});  // the response, please
  append_tlv(inside, template_challenge, challenge);
  Command command{.ins = instruction_general_authenticate,
                  .p1 = algorithm,
                  .p2 = key_,
                  .data = {},
                  .wanted = most_wanted,
                  .long_form = LongForm::Chained};
  append_tlv(command.data, dynamic_template, inside);
  const auto answer = session_.say(command);
  if (!answer) return fail(answer.error());
  if (answer->status != done) return fail(CardFault::Copied);
  const auto signature = find_object(answer->data, {dynamic_template, template_response});
  if (!signature) return fail(CardFault::Copied);
  return Bytes(signature->begin(), signature->end());
}

Result<void, CardFault> CardProof::prove() {
  const Proof& proof = *session_.profile().proof;
  const auto certificate = Certificate::parse(der_);
  if (!certificate) return fail(CardFault::Unreadable);
  const auto trusted = certificate->check(proof.authorities, session_.setup().trusted_time);
  if (!trusted) return fail(fault_of(trusted.error()));
  if (!proof.binds.empty()) {
    const Bytes* bound = session_.thing(proof.binds);
    const bool fits =
        bound != nullptr && certificate->subject(Certificate::Part::SerialNumber) == to_hex(sha256(*bound));
    if (!fits) return fail(CardFault::Copied);
  }
  Digest challenge{};
  static_assert(sizeof challenge == challenge_bytes);
  session_.setup().random->fill(challenge);
  const auto signature = sign(challenge);
  if (!signature) return fail(signature.error());
  if (!certificate->verifies(challenge, *signature)) return fail(CardFault::Copied);
  return {};
}

Result<void, CardFault> prove_kiosk(CardSession& session) {
  const auto challenge = session.say({.ins = instruction_get_challenge, .data = {}, .wanted = challenge_bytes});
  if (!challenge) return fail(challenge.error());
  if (challenge->status != done || challenge->data.size() != challenge_bytes) return fail(CardFault::Refused);
  KioskProver* prover = session.setup().prover;
  auto signature = prover != nullptr ? prover->sign(KioskProver::signed_form(challenge->data)) : std::nullopt;
  if (!signature) return fail(CardFault::Refused);
  const auto answer = session.say({.ins = instruction_external_authenticate,
                                   .p2 = session.profile().kiosk_first->key,
                                   .data = std::move(*signature),
                                   .wanted = {}});
  if (!answer) return fail(answer.error());
  if (answer->status != done) return fail(CardFault::Refused);
  return {};
}

}  // namespace pishkhan::card
