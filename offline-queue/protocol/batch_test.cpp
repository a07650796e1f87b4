#include "offline-queue/protocol/batch.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::protocol;

namespace {

const SigningKey& kiosk_key() {
  static const SigningKey key = SigningKey::generate();
  return key;
}

Batch batch_of(const std::vector<EntryKind>& kinds) {
  SeededRandom random(kinds.size());
  Batch batch{1042, 7, chain_start(1042, 7), {}, {}};
  Hash previous = batch.previous_hash;
  int sequence = 0;
  for (const EntryKind kind : kinds) {
    BatchEntry entry;
    entry.kind = kind;
    RecordHeader& header = entry.record.header;
    header.kiosk = 1042;
    header.epoch = 7;
    header.sequence = ++sequence;
    if (kind == EntryKind::Whole || kind == EntryKind::NoPayload) {
      header.created_at = WallTime(std::chrono::milliseconds(1'795'467'600'123 + sequence));
      random.fill(header.request_id);
      Bytes payload(40 + random.below(60));
      random.fill(payload);
      header.payload_size = static_cast<std::uint32_t>(payload.size());
      header.payload_hash = blake2b(payload);
      if (kind == EntryKind::Whole) entry.record.payload = std::move(payload);
      entry.record.hash = chain_hash(previous, header);
    } else if (kind == EntryKind::HashOnly) {
      random.fill(entry.record.hash);
    } else {
      entry.record.hash = lost_hash(1042, 7, sequence);
    }
    previous = entry.record.hash;
    batch.entries.push_back(std::move(entry));
  }
  batch.signature = kiosk_key().sign(batch.signed_hash());
  return batch;
}

constexpr EntryKind kWhole = EntryKind::Whole;
constexpr EntryKind kNoPayload = EntryKind::NoPayload;
constexpr EntryKind kHashOnly = EntryKind::HashOnly;
constexpr EntryKind kLost = EntryKind::Lost;

}  // namespace

TEST_CASE("a batch survives its way there with all that is known of each place; no truncation of it does") {
  const VerifyingKey key = kiosk_key().verifying_key();
  for (const auto& kinds : std::vector<std::vector<EntryKind>>{{kWhole},
                                                               {kWhole, kWhole, kWhole},
                                                               {kWhole, kNoPayload, kWhole},
                                                               {kHashOnly, kWhole, kNoPayload},
                                                               {kHashOnly},
                                                               {kLost, kLost}}) {
    const Batch batch = batch_of(kinds);
    const Bytes bytes = batch.encode();
    const auto back = Batch::parse(bytes);
    REQUIRE(back.has_value());
    CHECK(*back == batch);
    CHECK(back->payloads_match());
    CHECK(back->signed_by(key));
    for (std::size_t length = 0; length < bytes.size(); ++length)
      REQUIRE_FALSE(Batch::parse(ByteView(bytes).first(length)).has_value());
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(Batch::parse(longer).has_value());
  }
}

TEST_CASE("no changed bit of a batch passes for what the kiosk signed") {
  const VerifyingKey key = kiosk_key().verifying_key();
  for (const auto& kinds : std::vector<std::vector<EntryKind>>{
           {kWhole, kNoPayload, kWhole}, {kHashOnly, kWhole}, {kLost, kLost, kLost}}) {
    const Batch batch = batch_of(kinds);
    const Bytes bytes = batch.encode();
    int passed = 0;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      Bytes other = bytes;
      other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1U << bit % 8);
      const auto parsed = Batch::parse(other);
      if (!parsed || !parsed->payloads_match() || !parsed->signed_by(key)) continue;
      // The minor version says nothing about the content, and what is in front of a bare hash or a lost place
      // is shown by nothing: the receiver compares it with what it has.
      ++passed;
      CHECK(parsed->entries == batch.entries);
    }
    CHECK(passed == 8 + (kinds.front() == kWhole ? 0 : 8 * 32));
  }
}

TEST_CASE("a signature for one lost place says nothing about those around it") {
  const Batch one = batch_of({kLost});
  Batch more = batch_of({kLost, kLost});
  more.signature = one.signature;
  CHECK_FALSE(more.signed_by(kiosk_key().verifying_key()));
  CHECK(one.signed_by(kiosk_key().verifying_key()));
}

TEST_CASE("lost places and links do not share a batch, and what has a header has a hash before it") {
  CHECK_FALSE(Batch::parse(batch_of({kWhole, kLost}).encode()).has_value());
  CHECK_FALSE(Batch::parse(batch_of({kLost, kWhole}).encode()).has_value());
  CHECK_FALSE(Batch::parse(batch_of({kLost, kHashOnly}).encode()).has_value());
  CHECK_FALSE(Batch::parse(batch_of({kWhole, kHashOnly}).encode()).has_value());
  CHECK_FALSE(Batch::parse(batch_of({kHashOnly, kHashOnly, kWhole}).encode()).has_value());
  Batch unknown_before = batch_of({kHashOnly, kWhole});
  unknown_before.previous_hash = {};
  CHECK(Batch::parse(unknown_before.encode()).has_value());
  unknown_before = batch_of({kWhole, kWhole});
  unknown_before.previous_hash = {};
  CHECK_FALSE(Batch::parse(unknown_before.encode()).has_value());
}

TEST_CASE("a full batch is within its limits, and nothing larger is taken") {
  Batch full = batch_of(std::vector<EntryKind>(largest_batch_entries, kWhole));
  CHECK(Batch::parse(full.encode()) == full);
  full.entries.push_back(full.entries.back());
  ++full.entries.back().record.header.sequence;
  CHECK_FALSE(Batch::parse(full.encode()).has_value());
  Batch none{1042, 7, chain_start(1042, 7), {}, {}};
  CHECK_FALSE(Batch::parse(none.encode()).has_value());
  Batch large = batch_of({kWhole});
  large.entries[0].record.payload = Bytes(largest_payload_bytes + 1, 7);
  large.entries[0].record.header.payload_size = static_cast<std::uint32_t>(largest_payload_bytes + 1);
  CHECK_FALSE(Batch::parse(large.encode()).has_value());
  Batch past = batch_of({kWhole, kWhole});
  for (BatchEntry& entry : past.entries) entry.record.header.sequence += 999'998;
  CHECK_FALSE(Batch::parse(past.encode()).has_value());
}

TEST_CASE("a later minor version and its extension are passed over; a later major version is named so") {
  const Batch batch = batch_of({kWhole, kWhole});
  Bytes bytes = batch.encode();
  bytes[4] = 9;
  bytes[6] = 3;
  const Bytes extension{1, 2, 3};
  bytes.insert(bytes.begin() + 7, extension.begin(), extension.end());
  CHECK(Batch::parse(bytes) == batch);
  bytes[3] = 2;
  CHECK(Batch::parse(bytes).error() == BatchFault::Unsupported);
  bytes[0] = 'x';
  CHECK(Batch::parse(bytes).error() == BatchFault::Malformed);
}
