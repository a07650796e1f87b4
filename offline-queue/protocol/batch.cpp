#include "offline-queue/protocol/batch.h"

#include "offline-queue/protocol/tracking_code.h"

#include <algorithm>
#include <array>

namespace pishkhan::protocol {
namespace {

constexpr std::uint8_t kMajor = 1;
constexpr std::uint8_t kMinor = 0;
constexpr std::array<std::string_view, 4> kKindNames{"whole", "no-payload", "hash-only", "lost"};

template <std::size_t N>
std::array<std::uint8_t, N> read_fixed(ByteReader& in) {
  std::array<std::uint8_t, N> result{};
  const ByteView bytes = in.bytes(N);
  std::copy(bytes.begin(), bytes.end(), result.begin());
  return result;
}

bool has_header(EntryKind kind) {
  return kind == EntryKind::Whole || kind == EntryKind::NoPayload;
}

void write_entry(ByteWriter& out, const BatchEntry& entry) {
  out.u8(static_cast<std::uint8_t>(entry.kind));
  if (has_header(entry.kind)) out.bytes(entry.record.header.encode());
  if (entry.kind == EntryKind::Whole && entry.record.payload) out.bytes(*entry.record.payload);
  if (entry.kind == EntryKind::HashOnly) out.bytes(entry.record.hash);
}

/// The next entry; `place` holds its kiosk, epoch and sequence.
std::optional<BatchEntry> read_entry(ByteReader& in, const RecordHeader& place) {
  BatchEntry entry;
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > kKindNames.size()) return std::nullopt;
  entry.kind = static_cast<EntryKind>(kind);
  entry.record.header = place;
  if (entry.kind == EntryKind::HashOnly) entry.record.hash = read_fixed<32>(in);
  if (!has_header(entry.kind)) return entry;
  const auto header = RecordHeader::parse(in.bytes(RecordHeader::encoded_bytes));
  if (!header || header->kiosk != place.kiosk || header->epoch != place.epoch ||
      header->sequence != place.sequence || header->payload_size > largest_payload_bytes) {
    return std::nullopt;
  }
  entry.record.header = *header;
  if (entry.kind == EntryKind::Whole) {
    const ByteView payload = in.bytes(header->payload_size);
    entry.record.payload.emplace(payload.begin(), payload.end());
  }
  return entry;
}

Bytes named_place(std::string_view name, int kiosk, int epoch, int sequence) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes(name));
  out.be16(static_cast<std::uint16_t>(kiosk));
  out.u8(static_cast<std::uint8_t>(epoch));
  out.be32(static_cast<std::uint32_t>(sequence));
  return bytes;
}

/// Computes the hashes of what has a header. False if an entry stands where it cannot be verified.
bool link(Batch& batch) {
  const bool all_lost = batch.entries.front().kind == EntryKind::Lost;
  Hash previous = batch.previous_hash;
  for (BatchEntry& entry : batch.entries) {
    const RecordHeader& header = entry.record.header;
    if ((entry.kind == EntryKind::Lost) != all_lost) return false;
    if (entry.kind == EntryKind::HashOnly && &entry != &batch.entries.front()) return false;
    if (all_lost) {
      entry.record.hash = lost_hash(header.kiosk, header.epoch, header.sequence);
    } else if (has_header(entry.kind)) {
      if (previous == Hash{}) return false;
      entry.record.hash = chain_hash(previous, header);
    }
    previous = entry.record.hash;
  }
  return true;
}

}  // namespace

std::string_view name(EntryKind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind) - 1);
}

std::optional<EntryKind> entry_kind(std::string_view text) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames.at(i) == text) return static_cast<EntryKind>(i + 1);
  }
  return std::nullopt;
}

Hash lost_hash(int kiosk, int epoch, int sequence) {
  return blake2b(named_place("pishkhan lost 1", kiosk, epoch, sequence));
}

Bytes Batch::encode() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("PKB"));
  out.u8(kMajor);
  out.u8(kMinor);
  out.be16(0);
  out.be16(static_cast<std::uint16_t>(kiosk));
  out.u8(static_cast<std::uint8_t>(epoch));
  out.be32(entries.empty() ? 0 : static_cast<std::uint32_t>(first_sequence()));
  out.bytes(previous_hash);
  out.u8(static_cast<std::uint8_t>(entries.size()));
  for (const BatchEntry& entry : entries) write_entry(out, entry);
  out.u8(static_cast<std::uint8_t>(SignatureAlgorithm::EcdsaP256Sha256));
  out.bytes(signature);
  return bytes;
}

Result<Batch, BatchFault> Batch::parse(ByteView bytes) {
  ByteReader in(bytes);
  if (as_text(in.bytes(3)) != "PKB") return fail(BatchFault::Malformed);
  const std::uint8_t major = in.u8();
  if (in.ok() && major != kMajor) return fail(BatchFault::Unsupported);
  static_cast<void>(in.u8());              // any minor version
  static_cast<void>(in.bytes(in.be16()));  // what it added
  Batch batch;
  batch.kiosk = in.be16();
  batch.epoch = in.u8();
  const std::uint32_t first = in.be32();
  batch.previous_hash = read_fixed<32>(in);
  const std::size_t count = in.u8();
  if (!in.ok() || count < 1 || count > largest_batch_entries || first > TrackingCode::highest_sequence)
    return fail(BatchFault::Malformed);
  for (std::size_t i = 0; i < count; ++i) {
    RecordHeader place;
    place.kiosk = batch.kiosk;
    place.epoch = batch.epoch;
    place.sequence = static_cast<int>(first + i);
    const bool possible = TrackingCode{place.kiosk, place.epoch, place.sequence}.in_range();
    std::optional<BatchEntry> entry = possible ? read_entry(in, place) : std::nullopt;
    if (!entry || !in.ok()) return fail(BatchFault::Malformed);
    batch.entries.push_back(std::move(*entry));
  }
  const std::uint8_t algorithm = in.u8();
  batch.signature = read_fixed<64>(in);
  if (!in.ok() || !in.at_end() || algorithm != static_cast<std::uint8_t>(SignatureAlgorithm::EcdsaP256Sha256))
    return fail(BatchFault::Malformed);
  if (!link(batch)) return fail(BatchFault::Malformed);
  return batch;
}

bool Batch::payloads_match() const {
  return std::all_of(entries.begin(), entries.end(), [](const BatchEntry& entry) {
    return entry.kind != EntryKind::Whole || blake2b(*entry.record.payload) == entry.record.header.payload_hash;
  });
}

Hash Batch::signed_hash() const {
  if (entries.front().kind != EntryKind::Lost) return entries.back().record.hash;
  Bytes run = named_place("pishkhan lost run 1", kiosk, epoch, first_sequence());
  ByteWriter(run).u8(static_cast<std::uint8_t>(entries.size()));
  return blake2b(run);
}

bool Batch::signed_by(const VerifyingKey& kiosk_key) const {
  return kiosk_key.verify(signed_hash(), signature);
}

}  // namespace pishkhan::protocol
