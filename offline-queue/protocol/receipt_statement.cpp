#include "offline-queue/protocol/receipt_statement.h"

#include "offline-queue/protocol/base45.h"

#include <algorithm>

namespace pishkhan::protocol {
namespace {

constexpr std::string_view prefix = "PKQ1:";
constexpr std::uint8_t version = 1;

WallTime whole_seconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

/// Seconds since 1970 in 32 bits: until the year 2106.
std::uint32_t seconds(WallTime time) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

WallTime from_seconds(std::uint32_t value) {
  return WallTime(std::chrono::seconds(value));
}

template <std::size_t N>
void read_into(ByteReader& in, std::array<std::uint8_t, N>& target) {
  const ByteView run = in.bytes(N);
  std::copy(run.begin(), run.end(), target.begin());
}

Bytes certificate_claims(const KioskCertificate& certificate) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(version);
  out.be16(static_cast<std::uint16_t>(certificate.kiosk));
  out.u8(static_cast<std::uint8_t>(certificate.epoch));
  out.bytes(certificate.public_key);
  out.be32(seconds(certificate.not_after));
  return bytes;
}

/// Signed with words in front, so that no signature made for one purpose serves for another.
Bytes certificate_signed_bytes(const KioskCertificate& certificate) {
  Bytes bytes(as_bytes("pishkhan kiosk certificate").begin(), as_bytes("pishkhan kiosk certificate").end());
  const Bytes claims = certificate_claims(certificate);
  bytes.insert(bytes.end(), claims.begin(), claims.end());
  return bytes;
}

Bytes statement_claims(const ReceiptStatement& statement) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(version);
  out.bytes(statement.certificate.encode());
  out.be32(static_cast<std::uint32_t>(statement.sequence));
  out.bytes(statement.record_hash);
  out.bytes(statement.chain_head);
  out.be32(seconds(statement.filed_at));
  out.be32(statement.last_server_time ? seconds(*statement.last_server_time) : 0);
  out.bytes(statement.catalogue_fingerprint);
  return bytes;
}

Bytes statement_signed_bytes(const ReceiptStatement& statement) {
  Bytes bytes(as_bytes("pishkhan receipt").begin(), as_bytes("pishkhan receipt").end());
  const Bytes claims = statement_claims(statement);
  bytes.insert(bytes.end(), claims.begin(), claims.end());
  return bytes;
}

}  // namespace

Bytes KioskCertificate::encode() const {
  Bytes bytes = certificate_claims(*this);
  ByteWriter(bytes).bytes(city_signature);
  return bytes;
}

std::optional<KioskCertificate> KioskCertificate::parse(ByteView bytes) {
  if (bytes.size() != encoded_bytes) return std::nullopt;
  ByteReader in(bytes);
  KioskCertificate certificate;
  const std::uint8_t found_version = in.u8();
  certificate.kiosk = in.be16();
  certificate.epoch = in.u8();
  read_into(in, certificate.public_key);
  certificate.not_after = from_seconds(in.be32());
  read_into(in, certificate.city_signature);
  if (found_version != version || !TrackingCode{certificate.kiosk, certificate.epoch, 1}.in_range()) {
    return std::nullopt;
  }
  return certificate;
}

void KioskCertificate::sign(const SigningKey& city) {
  not_after = whole_seconds(not_after);
  city_signature = city.sign(certificate_signed_bytes(*this));
}

bool KioskCertificate::signed_by(const VerifyingKey& city) const {
  return city.verify(certificate_signed_bytes(*this), city_signature);
}

Result<ReceiptStatement, KeyFault> ReceiptStatement::make(const KioskCertificate& certificate,
                                                          const Record& record,
                                                          std::optional<WallTime> last_server_time,
                                                          std::string_view catalogue_fingerprint,
                                                          const SigningKey& kiosk) {
  ReceiptStatement statement;
  statement.certificate = certificate;
  statement.sequence = record.header.sequence;
  statement.record_hash = record.header.payload_hash;
  statement.chain_head = record.hash;
  statement.filed_at = whole_seconds(record.header.created_at);
  if (last_server_time) statement.last_server_time = whole_seconds(*last_server_time);
  const Hash fingerprint = blake2b(as_bytes(catalogue_fingerprint));
  std::copy_n(fingerprint.begin(), statement.catalogue_fingerprint.size(),
              statement.catalogue_fingerprint.begin());
  const auto signature = kiosk.try_sign(statement_signed_bytes(statement));
  if (!signature) return fail(signature.error());
  statement.signature = *signature;
  return statement;
}

std::string ReceiptStatement::qr_text() const {
  Bytes bytes = statement_claims(*this);
  ByteWriter(bytes).bytes(signature);
  return std::string(prefix) + to_base45(bytes);
}

Result<ReceiptStatement, StatementFault> ReceiptStatement::parse(std::string_view qr_text) {
  if (!qr_text.starts_with(prefix)) return fail(StatementFault::Malformed);
  const auto bytes = from_base45(qr_text.substr(prefix.size()));
  if (!bytes) return fail(StatementFault::Malformed);
  ByteReader in(*bytes);
  ReceiptStatement statement;
  const std::uint8_t found_version = in.u8();
  const auto certificate = KioskCertificate::parse(in.bytes(KioskCertificate::encoded_bytes));
  const std::uint32_t sequence = in.be32();
  read_into(in, statement.record_hash);
  read_into(in, statement.chain_head);
  statement.filed_at = from_seconds(in.be32());
  const std::uint32_t server_time = in.be32();
  read_into(in, statement.catalogue_fingerprint);
  read_into(in, statement.signature);
  if (!in.ok() || !in.at_end() || found_version != version || !certificate || sequence < 1 ||
      sequence > TrackingCode::highest_sequence) {
    return fail(StatementFault::Malformed);
  }
  statement.certificate = *certificate;
  statement.sequence = static_cast<int>(sequence);
  if (server_time != 0) statement.last_server_time = from_seconds(server_time);
  return statement;
}

Result<void, StatementFault> ReceiptStatement::verify(const VerifyingKey& city) const {
  if (!certificate.signed_by(city)) return fail(StatementFault::NotOfThisCity);
  const auto kiosk = VerifyingKey::from_point(certificate.public_key);
  if (!kiosk) return fail(StatementFault::Malformed);
  if (!kiosk->verify(statement_signed_bytes(*this), signature)) return fail(StatementFault::NotByThisKiosk);
  if (filed_at > certificate.not_after) return fail(StatementFault::Expired);
  return {};
}

}  // namespace pishkhan::protocol
