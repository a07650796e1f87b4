#include "offline-queue/reference-backend/ingest_batch.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

Problem problem_at(ProblemType type, int expected_sequence, const IngestStore::Head& head) {
  Problem problem = Problem::of(type);
  problem.expected_sequence = expected_sequence;
  problem.stored = Problem::Head{head.sequence, head.sequence == 0 ? Hash{} : head.hash};
  return problem;
}

/// Nothing is known of a lost entry, so nothing contradicts it.
bool agree(const BatchEntry& stored, const BatchEntry& sent) {
  return stored.kind == EntryKind::Lost || sent.kind == EntryKind::Lost ||
         stored.record.hash == sent.record.hash;
}

/// Whether the hash before the batch is the one that is stored there. Zeros are "no longer known".
bool joins(IngestStore& store, const Batch& batch) {
  if (batch.previous_hash == Hash{}) return true;
  const int before = batch.first_sequence() - 1;
  if (before == 0) return batch.previous_hash == chain_start(batch.kiosk, batch.epoch);
  const auto stored = store.entry(batch.kiosk, batch.epoch, before);
  return stored && (stored->kind == EntryKind::Lost || stored->record.hash == batch.previous_hash);
}

/// Nothing if the batch joins what is stored.
std::optional<Problem> where_it_forks(IngestStore& store, const Batch& batch, const IngestStore::Head& head) {
  const int first = batch.first_sequence();
  if (first > head.sequence + 1) return problem_at(ProblemType::Gap, head.sequence + 1, head);
  if (!joins(store, batch)) return problem_at(ProblemType::Fork, std::max(first - 1, 1), head);
  for (const BatchEntry& entry : batch.entries) {
    const int sequence = entry.record.header.sequence;
    if (sequence > head.sequence) break;
    const auto stored = store.entry(batch.kiosk, batch.epoch, sequence);
    if (!stored || !agree(*stored, entry)) return problem_at(ProblemType::Fork, sequence, head);
  }
  return std::nullopt;
}

}  // namespace

std::optional<StoredWord> stored_word(IngestStore& store, int kiosk, int epoch, const SigningKey& key,
                                      WallTime now) {
  const IngestStore::Head head = store.head(kiosk, epoch);
  if (head.sequence == 0) return std::nullopt;
  StoredWord word{kiosk, epoch, head.sequence, head.hash, now, {}};
  word.sign(key);
  return word;
}

Result<BatchAnswer, Problem> store_batch(IngestStore& store, const Batch& batch, const SigningKey& key,
                                         WallTime received) {
  const IngestStore::Head head = store.head(batch.kiosk, batch.epoch);
  if (const std::optional<Problem> problem = where_it_forks(store, batch, head)) return fail(*problem);
  Hash previous = batch.previous_hash;
  for (const BatchEntry& entry : batch.entries) {
    const bool last = entry.record.header.sequence == batch.last_sequence();
    store.put(entry, previous, last ? batch.signature : Signature{}, received);
    previous = entry.record.hash;
  }
  const auto word = stored_word(store, batch.kiosk, batch.epoch, key, received);
  if (!word) return fail(Problem::of(ProblemType::Failed));
  return BatchAnswer{*word};
}

}  // namespace pishkhan::backend
