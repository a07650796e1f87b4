#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "offline-queue/protocol/request_body.h"
#include "offline-queue/protocol/signing_key.h"

#include <array>
#include <cstdint>
#include <optional>

namespace pishkhan::protocol {

/// BLAKE2b-256.
using Hash = std::array<std::uint8_t, 32>;

[[nodiscard]] Hash blake2b(ByteView bytes);

/// What can be in the chain. The numbers are on disk and on the wire; never reuse one.
enum class RecordType : std::uint8_t {
  Request = 1,       ///< payload: a sealed envelope (envelope.h)
  PrintOutcome = 2,  ///< payload: PrintReport, below; nothing personal
  Audit = 3,         ///< payload: AuditEntry, below; nothing personal
  Payment = 4,       ///< kept for a later issue
};

/// One record's head. 70 bytes on disk and on the wire, big-endian, in this order: version 1 · type 1 ·
/// signature algorithm 1 · kiosk 2 · epoch 1 · sequence 4 · created 8 (ms) · request id 16 · payload
/// length 4 · payload hash 32. Because it holds the payload's hash, a link can still be verified after its
/// payload was erased.
struct RecordHeader {
  static constexpr std::uint8_t current_version = 1;
  static constexpr std::size_t encoded_bytes = 70;
  RecordType type = RecordType::Request;
  SignatureAlgorithm algorithm = SignatureAlgorithm::EcdsaP256Sha256;
  int kiosk = 0;
  int epoch = 0;
  int sequence = 0;  ///< 1, 2, 3 ... over all types; also the sequence in the tracking code
  WallTime created_at{};
  RequestId
      request_id{};  ///< of the request itself, or of the request that was printed; zeros for an audit entry
  std::uint32_t payload_size = 0;
  Hash payload_hash{};
  [[nodiscard]] std::array<std::uint8_t, encoded_bytes> encode() const;
  /// Nothing if the length, version, type, algorithm or a range is wrong.
  [[nodiscard]] static std::optional<RecordHeader> parse(ByteView bytes);
  friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};

/// The "previous hash" of the first record of an epoch.
[[nodiscard]] Hash chain_start(int kiosk, int epoch);

/// hash = BLAKE2b-256(previous hash || header); the header holds BLAKE2b-256(payload).
[[nodiscard]] Hash chain_hash(const Hash& previous, const RecordHeader& header);

/// One link. `signature` is the kiosk's over the 32 bytes of `hash`.
struct Record {
  RecordHeader header;
  std::optional<Bytes> payload;  ///< nothing: erased after it was opened
  Hash hash{};
  Signature signature{};
  friend bool operator==(const Record&, const Record&) = default;
};

/// True if `record` follows `previous`, and its payload (if not erased) is the one it was made with. Does
/// not look at the signature: the signature of a later link covers this one.
[[nodiscard]] bool follows(const Hash& previous, const Record& record);
[[nodiscard]] bool signed_by(const VerifyingKey& key, const Record& record);

/// What became of a receipt.
enum class PrintOutcome : std::uint8_t {
  Printed = 1,   ///< the printer itself said so, after the cut
  Failed = 2,    ///< no whole receipt came out
  Declined = 3,  ///< the citizen wanted none
  Unknown = 4,   ///< everything was sent, nothing proves the paper
};

/// The payload of RecordType::PrintOutcome: sequence of the request (4 bytes) · outcome (1).
struct PrintReport {
  int request_sequence = 0;
  PrintOutcome outcome = PrintOutcome::Printed;
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static std::optional<PrintReport> parse(ByteView bytes);
  friend bool operator==(const PrintReport&, const PrintReport&) = default;
};

/// What may be written about the kiosk itself. A closed set, and a number beside it: so nothing personal can
/// get in. The numbers are in chains that outlive us; never reuse one.
enum class AuditKind : std::uint8_t {
  RecordDamaged = 1,    ///< number: its sequence
  HeadFileMissing = 2,  ///< somebody removed queue.head; number: the last sequence that was found
  HeadFileDamaged = 3,  ///< it says nothing usable; number: the last sequence that was found
  QueueSalvaged = 4,    ///< SQLite could not read the queue; number: of the records that were saved
  // What became of an order of the city's (update_item.h); number: the order's. Orders to one kiosk and those
  // to all are numbered apart. What the order was, the city knows.
  OrderDone = 5,               ///< to this kiosk: carried out
  OrderInterrupted = 6,        ///< begun, and then the power or the program went: perhaps done, never again
  OrderExpired = 7,            ///< its time passed before it was begun: not done
  CommonOrderDone = 8,         ///< to all kiosks: carried out here
  CommonOrderInterrupted = 9,  ///< begun here, and then the power or the program went
  CommonOrderExpired = 10,     ///< its time passed before it was begun here
  CardForgotten = 11,          ///< a citizen left without their card; number: the seconds for which it was asked for
};

/// The payload of RecordType::Audit: UTF-8 text, the kind's name, a space, the number in decimal.
struct AuditEntry {
  static constexpr std::int64_t highest_number = (std::int64_t{1} << 53) - 1;  ///< the largest that JSON carries
  AuditKind kind = AuditKind::RecordDamaged;
  std::int64_t number = 0;  ///< 0..highest_number
  [[nodiscard]] Bytes encode() const;
  /// Nothing for an unknown name or another spelling of the number.
  [[nodiscard]] static std::optional<AuditEntry> parse(ByteView bytes);
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

}  // namespace pishkhan::protocol
