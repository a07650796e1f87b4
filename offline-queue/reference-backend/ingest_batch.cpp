#include "offline-queue/reference-backend/ingest_batch.h"

#include <optional>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

Problem problem_at(ProblemType type, int expected_sequence) {
  Problem problem = Problem::of(type);
  problem.expected_sequence = expected_sequence;
  return problem;
}

/// Nothing if the batch joins what is stored.
std::optional<Problem> where_it_forks(IngestStore& store, const Batch& batch, const IngestStore::Head& head) {
  const int first = batch.entries.front().header.sequence;
  if (first > head.sequence + 1) return problem_at(ProblemType::Gap, head.sequence + 1);
  for (const Record& record : batch.entries) {
    if (record.header.sequence > head.sequence) break;
    const auto word = store.stored_word(batch.kiosk, batch.epoch, record.header.sequence);
    if (!word || word->hash != record.hash) return problem_at(ProblemType::Fork, record.header.sequence);
  }
  // A batch that overlaps has been compared hash by hash; one that begins behind the head must begin with it.
  if (first == head.sequence + 1 && batch.previous_hash != head.hash) {
    return problem_at(ProblemType::Fork, first);
  }
  return std::nullopt;
}

}  // namespace

bool is_chain(const Batch& batch) {
  Hash previous = batch.previous_hash;
  int sequence = batch.entries.empty() ? 0 : batch.entries.front().header.sequence;
  for (const Record& record : batch.entries) {
    if (record.header.sequence != sequence++ || !follows(previous, record)) return false;
    previous = record.hash;
  }
  return !batch.entries.empty();
}

Result<BatchAnswer, Problem> store_batch(IngestStore& store, const Batch& batch, const SigningKey& key,
                                         WallTime received) {
  const IngestStore::Head head = store.head(batch.kiosk, batch.epoch);
  if (const std::optional<Problem> problem = where_it_forks(store, batch, head)) return fail(*problem);
  BatchAnswer answer;
  answer.server_time = received;
  Hash previous = batch.previous_hash;
  for (const Record& record : batch.entries) {
    std::optional<Acknowledgement> word;
    if (record.header.sequence <= head.sequence) {
      word = store.stored_word(batch.kiosk, batch.epoch, record.header.sequence);
    }
    if (!word) {
      word.emplace();
      word->kiosk = batch.kiosk;
      word->epoch = batch.epoch;
      word->sequence = record.header.sequence;
      word->request_id = record.header.request_id;
      word->hash = record.hash;
      word->at = received;
      word->sign(key);
      store.insert(record, previous, *word);
    }
    answer.stored.push_back(std::move(*word));
    previous = record.hash;
  }
  return answer;
}

}  // namespace pishkhan::backend
