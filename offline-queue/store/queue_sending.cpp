#include "offline-queue/store/queue_store.h"

#include <algorithm>
#include <map>

namespace pishkhan::store {

using protocol::BatchEntry;
using protocol::EntryKind;
using protocol::Hash;

namespace {

/// A row as it lies there, each column for itself.
struct Row {
  std::optional<protocol::RecordHeader> header;
  std::optional<Bytes> payload;
  std::optional<Hash> hash;
  std::optional<protocol::Signature> signature;
  std::optional<Hash> previous;  ///< of the place before; a record of an older version has none
};

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> exactly(ByteView bytes) {
  if (bytes.size() != N) return std::nullopt;
  std::array<std::uint8_t, N> result{};
  std::copy(bytes.begin(), bytes.end(), result.begin());
  return result;
}

bool is_whole(const Row& row) {
  return row.payload && row.payload->size() == row.header->payload_size &&
         protocol::blake2b(*row.payload) == row.header->payload_hash;
}

BatchEntry lost_place(int kiosk, int epoch, int sequence) {
  BatchEntry entry;
  entry.kind = EntryKind::Lost;
  entry.record.header.kiosk = kiosk;
  entry.record.header.epoch = epoch;
  entry.record.header.sequence = sequence;
  entry.record.hash = protocol::lost_hash(kiosk, epoch, sequence);
  return entry;
}

/// Proves places by what agrees with them: the hash beside the header, the kiosk's signature, or the next link.
class Prover {
 public:
  Prover(const std::map<int, Row>& rows, const protocol::VerifyingKey& key) : rows_(rows), key_(key) {}

  /// The place after `previous` (nothing: its hash is not known).
  [[nodiscard]] BatchEntry prove(const BatchEntry& place, const std::optional<Hash>& previous) const {
    BatchEntry entry = place;
    const int sequence = place.record.header.sequence;
    const auto found = rows_.find(sequence);
    const Row* row = found == rows_.end() ? nullptr : &found->second;
    if (row != nullptr) {
      entry.record.signature = row->signature.value_or(protocol::Signature{});
      if (row->header && previous) {
        const Hash hash = protocol::chain_hash(*previous, *row->header);
        if (row->hash == hash || is_vouched_for(sequence, row, hash)) {
          entry.kind = is_whole(*row) ? EntryKind::Whole : EntryKind::NoPayload;
          entry.record.header = *row->header;
          if (entry.kind == EntryKind::Whole) entry.record.payload = row->payload;
          entry.record.hash = hash;
          return entry;
        }
      }
    }
    for (const auto& hash : {row == nullptr ? std::nullopt : row->hash, written_behind(sequence)}) {
      if (!hash || !is_vouched_for(sequence, row, *hash)) continue;
      entry.kind = EntryKind::HashOnly;
      entry.record.hash = *hash;
      return entry;
    }
    return lost_place(place.record.header.kiosk, place.record.header.epoch, sequence);
  }

 private:
  /// The hash of a place as the row behind it has it.
  [[nodiscard]] std::optional<Hash> written_behind(int sequence) const {
    const auto next = rows_.find(sequence + 1);
    return next == rows_.end() ? std::nullopt : next->second.previous;
  }
  /// By its own signature, if there is a row, or by the link behind it.
  [[nodiscard]] bool is_vouched_for(int sequence, const Row* row, const Hash& hash) const {
    if (row != nullptr && row->signature && key_.verify(hash, *row->signature)) return true;
    const auto next = rows_.find(sequence + 1);
    return next != rows_.end() && next->second.header && next->second.hash &&
           protocol::chain_hash(hash, *next->second.header) == *next->second.hash;
  }
  const std::map<int, Row>& rows_;
  const protocol::VerifyingKey& key_;
};

bool is_lost(const BatchEntry& entry) {
  return entry.kind == EntryKind::Lost;
}

/// How many of the first entries, which are links, hang together: until one is lost or only its hash is left,
/// which shows nothing of those before it.
std::size_t unbroken(const std::vector<BatchEntry>& entries) {
  const auto end = std::find_if(entries.begin() + 1, entries.end(), [](const BatchEntry& entry) {
    return is_lost(entry) || entry.kind == EntryKind::HashOnly;
  });
  return static_cast<std::size_t>(end - entries.begin());
}

/// How many of the first entries one batch can hold: lost places only, or links up to one whose signature
/// fits. 0: none can be proven, not even that they are lost.
std::size_t length_of_batch(const std::vector<BatchEntry>& entries, const protocol::VerifyingKey& key) {
  if (entries.empty()) return 0;
  if (is_lost(entries.front())) {
    const auto end = std::find_if_not(entries.begin(), entries.end(), is_lost);
    return static_cast<std::size_t>(end - entries.begin());
  }
  std::size_t length = unbroken(entries);
  while (length > 0 && !protocol::signed_by(key, entries[length - 1].record)) --length;
  return length;
}

}  // namespace

Result<int, StoreFault> QueueStore::first_unsent() {
  const auto rows = database_->prepare("SELECT seq FROM progress WHERE seq >= ? ORDER BY seq");
  if (!rows) return fail(rows.error());
  (*rows)->bind(first_unsent_);
  for (;;) {
    const auto row = (*rows)->step();
    if (!row) return fail(row.error());
    if (!*row || (*rows)->integer(0) != first_unsent_) break;
    // Remembered so that a long, acknowledged past is not searched again each time.
    ++first_unsent_;
  }
  return first_unsent_;
}

Result<QueueStore::Provable, StoreFault> QueueStore::provable(int first, int last) {
  const auto statement = database_->prepare(
      "SELECT seq, header, payload, hash, signature, previous FROM entry WHERE seq BETWEEN ? AND ?");
  if (!statement) return fail(statement.error());
  (*statement)->bind(first - 2).bind(last + 1);
  std::map<int, Row> rows;
  for (;;) {
    const auto more = (*statement)->step();
    if (!more) return fail(more.error());
    if (!*more) break;
    const int sequence = static_cast<int>((*statement)->integer(0));
    Row row;
    row.header = protocol::RecordHeader::parse((*statement)->blob(1));
    const bool in_place = row.header && row.header->sequence == sequence &&
                          row.header->kiosk == options_.kiosk && row.header->epoch == options_.epoch;
    if (!in_place) row.header = std::nullopt;
    const ByteView payload = (*statement)->blob(2);
    if (!(*statement)->is_null(2)) row.payload.emplace(payload.begin(), payload.end());
    row.hash = exactly<32>((*statement)->blob(3));
    row.signature = exactly<64>((*statement)->blob(4));
    row.previous = exactly<32>((*statement)->blob(5));
    rows.emplace(sequence, std::move(row));
  }
  const Prover prover(rows, own_key_);
  BatchEntry place;
  place.record.header.kiosk = options_.kiosk;
  place.record.header.epoch = options_.epoch;
  const auto prove = [&](int sequence, const std::optional<Hash>& previous) {
    place.record.header.sequence = sequence;
    return prover.prove(place, previous);
  };
  std::optional<Hash> previous;
  if (first == 1) {
    previous = protocol::chain_start(options_.kiosk, options_.epoch);
  } else {
    std::optional<Hash> before;
    if (first == 2) before = protocol::chain_start(options_.kiosk, options_.epoch);
    if (const auto row = rows.find(first - 2); row != rows.end()) before = row->second.hash;
    const BatchEntry entry = prove(first - 1, before);
    if (entry.kind != EntryKind::Lost) previous = entry.record.hash;
  }
  Provable result;
  result.previous_hash = previous.value_or(Hash{});
  for (int sequence = first; sequence <= last; ++sequence) {
    BatchEntry entry = prove(sequence, previous);
    previous = entry.kind == EntryKind::Lost ? std::nullopt : std::optional(entry.record.hash);
    result.entries.push_back(std::move(entry));
  }
  return result;
}

Result<std::optional<protocol::Batch>, StoreFault> QueueStore::next_batch(int limit) {
  const auto first = first_unsent();
  if (!first) return fail(first.error());
  return batch_from(*first, limit);
}

Result<std::optional<protocol::Batch>, StoreFault> QueueStore::batch_from(int first, int limit) {
  if (first < 1 || first > last_sequence_ || limit < 1) return std::optional<protocol::Batch>();
  limit = std::min(limit, largest_batch);
  int last = std::min(last_sequence_, first + limit - 1);
  auto found = provable(first, last);
  if (!found) return fail(found.error());
  std::size_t length = length_of_batch(found->entries, own_key_);
  // Links that no signature here covers: the batch goes on to the next one that does.
  while (length == 0 && unbroken(found->entries) == found->entries.size() && last < last_sequence_ &&
         last < first + largest_batch - 1) {
    found = provable(first, ++last);
    if (!found) return fail(found.error());
    length = length_of_batch(found->entries, own_key_);
  }
  if (const std::size_t links = unbroken(found->entries); length == 0 && links < found->entries.size()) {
    // Links that no signature covers, and behind them the chain is broken: nobody else can be shown them.
    length = links;
    for (std::size_t i = 0; i < length; ++i) {
      BatchEntry& entry = found->entries[i];
      entry = lost_place(options_.kiosk, options_.epoch, first + static_cast<int>(i));
    }
  }
  if (length == 0) return std::optional<protocol::Batch>();
  found->entries.resize(length);
  protocol::Batch batch{options_.kiosk, options_.epoch, found->previous_hash, std::move(found->entries), {}};
  const BatchEntry& head = batch.entries.back();
  // That places are lost is said now; a link was signed when it was made.
  batch.signature = head.record.signature;
  if (is_lost(head)) {
    const auto signature = options_.kiosk_key->try_sign(batch.signed_hash());
    if (!signature) return fail(StoreFault::KeySilent);
    batch.signature = *signature;
  }
  for (BatchEntry& entry : batch.entries) entry.record.signature = {};
  return std::optional(std::move(batch));
}

}  // namespace pishkhan::store
