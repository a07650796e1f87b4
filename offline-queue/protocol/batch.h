#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/chain.h"

#include <optional>
#include <string_view>
#include <vector>

namespace pishkhan::protocol {

constexpr std::size_t largest_batch_entries = 64;
/// A sealed envelope of the largest bucket, with room (envelope.h).
constexpr std::size_t largest_payload_bytes = 80'000;
/// Of one batch: what stands before and after its entries, and 64 of the largest.
constexpr std::size_t largest_batch_bytes = 1'024 + largest_batch_entries * (71 + largest_payload_bytes);
constexpr std::string_view batch_media_type = "application/vnd.pishkhan.batch";

/// How much of a record its kiosk still has. The numbers are on the wire; fewer is more.
enum class EntryKind : std::uint8_t {
  Whole = 1,      ///< header and payload
  NoPayload = 2,  ///< the payload is damaged on the kiosk's disk; the header still verifies
  HashOnly = 3,   ///< the header is damaged, too; the link's hash is known from its own or a later signature.
                  ///< It shows nothing of those before it, so it begins a batch
  Lost = 4,       ///< not even the hash is known
};
/// "whole", "no-payload", "hash-only", "lost".
[[nodiscard]] std::string_view name(EntryKind kind);
[[nodiscard]] std::optional<EntryKind> entry_kind(std::string_view name);

/// Stands for the hash of a place of which nothing is known:
/// BLAKE2b-256("pishkhan lost 1" || kiosk (2) || epoch (1) || sequence (4)).
[[nodiscard]] Hash lost_hash(int kiosk, int epoch, int sequence);

/// One place of the chain, as far as it is known. `record.header` holds the place of every kind, and everything
/// of Whole and NoPayload; `record.payload` is Whole's; `record.hash` is lost_hash() for Lost;
/// `record.signature` does not travel.
struct BatchEntry {
  EntryKind kind = EntryKind::Whole;
  Record record;
  friend bool operator==(const BatchEntry&, const BatchEntry&) = default;
};

enum class BatchFault {
  Malformed,    ///< not this encoding, or a rule of it is broken
  Unsupported,  ///< a later version of it
};

/// What POST /v1/batches carries: consecutive places of one kiosk and epoch. Big-endian:
///
///     "PKB" (3) · major version 1 (1) · minor version 0 (1) · length of extension (2) · extension
///     · kiosk (2) · epoch (1) · first sequence (4) · previous hash (32) · number of entries (1), 1-64
///     · entries: kind (1), then  1 whole: header (70), payload (as long as the header says)
///                                2 no payload: header (70)   3 hash only: hash (32)   4 lost: nothing
///     · signature algorithm (1) · signature of the kiosk over signed_hash() (64)
///
/// and nothing after it. Hashes do not travel where they can be computed: the signature over the last one
/// covers them all. A hash only stands first, if at all, since nothing before it would be covered; what is lost
/// breaks the chain, so a batch holds either lost places only or none. A receiver takes every minor version and
/// passes over the extension; another major version is Unsupported. Plain value.
struct Batch {
  int kiosk = 0;
  int epoch = 0;
  /// Of the place before the first entry, or chain_start(). Zeros: no longer known; then the first entry is
  /// HashOnly or Lost.
  Hash previous_hash{};
  std::vector<BatchEntry> entries;
  Signature signature{};
  [[nodiscard]] int first_sequence() const { return entries.front().record.header.sequence; }
  [[nodiscard]] int last_sequence() const { return entries.back().record.header.sequence; }
  [[nodiscard]] Bytes encode() const;
  /// Strict; computes the hashes. Payloads and the signature are checked by payloads_match() and signed_by().
  [[nodiscard]] static Result<Batch, BatchFault> parse(ByteView bytes);
  [[nodiscard]] bool payloads_match() const;
  /// What the signature is over: the last entry's hash, or of lost places all of them together,
  /// BLAKE2b-256("pishkhan lost run 1" || kiosk (2) || epoch (1) || first sequence (4) || number (1)).
  [[nodiscard]] Hash signed_hash() const;
  [[nodiscard]] bool signed_by(const VerifyingKey& kiosk_key) const;
  friend bool operator==(const Batch&, const Batch&) = default;
};

}  // namespace pishkhan::protocol
