#include "offline-queue/protocol/chain.h"

#include "base/core/ensure.h"
#include "offline-queue/protocol/sodium.h"

#include <sodium.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace pishkhan::protocol {
namespace {

static_assert(sizeof(Hash) == crypto_generichash_BYTES);

Hash blake2b_of_two(ByteView first, ByteView second) {
  initialise_sodium();
  crypto_generichash_state state;
  Hash hash{};
  crypto_generichash_init(&state, nullptr, 0, hash.size());
  crypto_generichash_update(&state, first.data(), first.size());
  crypto_generichash_update(&state, second.data(), second.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

}  // namespace

void initialise_sodium() {
  static const bool ready = sodium_init() >= 0;
  ENSURE(ready, "libsodium starts");
}

Hash blake2b(ByteView bytes) {
  return blake2b_of_two(bytes, {});
}

std::array<std::uint8_t, RecordHeader::encoded_bytes> RecordHeader::encode() const {
  Bytes bytes;
  bytes.reserve(encoded_bytes);
  ByteWriter out(bytes);
  out.u8(current_version);
  out.u8(static_cast<std::uint8_t>(type));
  out.u8(static_cast<std::uint8_t>(algorithm));
  out.be16(static_cast<std::uint16_t>(kiosk));
  out.u8(static_cast<std::uint8_t>(epoch));
  out.be32(static_cast<std::uint32_t>(sequence));
  out.be64(static_cast<std::uint64_t>(created_at.time_since_epoch().count()));
  out.bytes(request_id);
  out.be32(payload_size);
  out.bytes(payload_hash);
  std::array<std::uint8_t, encoded_bytes> result{};
  ENSURE(bytes.size() == result.size(), "the header has a fixed size");
  std::copy(bytes.begin(), bytes.end(), result.begin());
  return result;
}

std::optional<RecordHeader> RecordHeader::parse(ByteView bytes) {
  if (bytes.size() != encoded_bytes) return std::nullopt;
  ByteReader in(bytes);
  RecordHeader header;
  const std::uint8_t version = in.u8();
  const std::uint8_t type = in.u8();
  const std::uint8_t algorithm = in.u8();
  header.kiosk = in.be16();
  header.epoch = in.u8();
  const std::uint32_t sequence = in.be32();
  const std::uint64_t created = in.be64();
  const ByteView id = in.bytes(header.request_id.size());
  std::copy(id.begin(), id.end(), header.request_id.begin());
  header.payload_size = in.be32();
  const ByteView hash = in.bytes(header.payload_hash.size());
  std::copy(hash.begin(), hash.end(), header.payload_hash.begin());
  if (version != current_version || type < 1 || type > 4 || algorithm != 1) return std::nullopt;
  if (sequence > TrackingCode::highest_sequence || created >> 53 != 0) return std::nullopt;
  header.type = static_cast<RecordType>(type);
  header.sequence = static_cast<int>(sequence);
  header.created_at = WallTime(std::chrono::milliseconds(created));
  if (!TrackingCode{header.kiosk, header.epoch, header.sequence}.in_range()) return std::nullopt;
  return header;
}

Hash chain_start(int kiosk, int epoch) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("pishkhan chain 1"));
  out.be16(static_cast<std::uint16_t>(kiosk));
  out.u8(static_cast<std::uint8_t>(epoch));
  return blake2b(bytes);
}

Hash chain_hash(const Hash& previous, const RecordHeader& header) {
  return blake2b_of_two(previous, header.encode());
}

bool follows(const Hash& previous, const Record& record) {
  if (record.payload && (record.payload->size() != record.header.payload_size ||
                         blake2b(*record.payload) != record.header.payload_hash)) {
    return false;
  }
  return chain_hash(previous, record.header) == record.hash;
}

bool signed_by(const VerifyingKey& key, const Record& record) {
  return key.verify(record.hash, record.signature);
}

Bytes PrintReport::encode() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.be32(static_cast<std::uint32_t>(request_sequence));
  out.u8(static_cast<std::uint8_t>(outcome));
  return bytes;
}

std::optional<PrintReport> PrintReport::parse(ByteView bytes) {
  ByteReader in(bytes);
  const std::uint32_t sequence = in.be32();
  const std::uint8_t outcome = in.u8();
  if (!in.ok() || !in.at_end() || sequence < 1 || sequence > TrackingCode::highest_sequence || outcome < 1 ||
      outcome > static_cast<std::uint8_t>(PrintOutcome::Unknown)) {
    return std::nullopt;
  }
  return PrintReport{static_cast<int>(sequence), static_cast<PrintOutcome>(outcome)};
}

namespace {

struct AuditName {
  AuditKind kind;
  std::string_view name;
};
constexpr std::array audit_names{AuditName{AuditKind::RecordDamaged, "record-damaged "},
                                 AuditName{AuditKind::HeadFileMissing, "head-file-missing "},
                                 AuditName{AuditKind::HeadFileDamaged, "head-file-damaged "},
                                 AuditName{AuditKind::QueueSalvaged, "queue-salvaged "},
                                 AuditName{AuditKind::OrderDone, "order-done "},
                                 AuditName{AuditKind::OrderInterrupted, "order-interrupted "},
                                 AuditName{AuditKind::OrderExpired, "order-expired "},
                                 AuditName{AuditKind::CommonOrderDone, "common-order-done "},
                                 AuditName{AuditKind::CommonOrderInterrupted, "common-order-interrupted "},
                                 AuditName{AuditKind::CommonOrderExpired, "common-order-expired "},
                                 AuditName{AuditKind::CardForgotten, "card-forgotten "}};

}  // namespace

Bytes AuditEntry::encode() const {
  Bytes bytes;
  for (const AuditName& one : audit_names) {
    if (one.kind != kind) continue;
    const std::string text = std::string(one.name) + std::to_string(number);
    bytes.assign(text.begin(), text.end());
  }
  return bytes;
}

std::optional<AuditEntry> AuditEntry::parse(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  for (const AuditName& one : audit_names) {
    if (text.substr(0, one.name.size()) != one.name) continue;
    AuditEntry entry{one.kind, 0};
    const std::string_view digits = text.substr(one.name.size());
    if (digits.empty() || digits.size() > 16) return std::nullopt;
    for (const char digit : digits) {
      if (digit < '0' || digit > '9') return std::nullopt;
      entry.number = entry.number * 10 + (digit - '0');
    }
    // One spelling of everything: no leading zeros.
    return entry.number <= highest_number && as_text(entry.encode()) == text ? std::optional(entry) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace pishkhan::protocol
