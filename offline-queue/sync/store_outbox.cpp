#include "offline-queue/sync/store_outbox.h"

#include "base/core/log.h"

#include <utility>

namespace pishkhan::sync {

std::optional<protocol::Batch> StoreOutbox::next_batch(int limit) {
  Result<std::optional<protocol::Batch>, store::StoreFault> batch = store_.next_batch(limit);
  if (!batch) {
    failed_ = batch.error();
    return std::nullopt;
  }
  return std::move(*batch);
}

std::optional<protocol::Batch> StoreOutbox::batch_from(int sequence, int limit) {
  Result<std::optional<protocol::Batch>, store::StoreFault> batch = store_.batch_from(sequence, limit);
  if (!batch) {
    failed_ = batch.error();
    return std::nullopt;
  }
  return std::move(*batch);
}

bool StoreOutbox::awaits_opening() {
  const auto unopened = store_.unopened(0, 1);
  if (!unopened) failed_ = unopened.error();
  return unopened && !unopened->empty();
}

bool StoreOutbox::anything_stored() {
  const auto first = store_.first_unsent();
  if (!first) failed_ = first.error();
  return first && *first > 1;
}

Outbox::Kept StoreOutbox::stored(const protocol::StoredWord& word) {
  const auto marked = store_.mark_stored(word);
  if (marked) {
    const auto first = store_.first_unsent();
    if (!first) failed_ = first.error();
    return first && word.sequence + 1 < *first ? Kept::Behind : Kept::Yes;
  }
  if (marked.error() == store::StoreFault::Forked) return Kept::Forked;
  if (marked.error() != store::StoreFault::Refused) failed_ = marked.error();
  return Kept::No;
}

bool StoreOutbox::opened(const protocol::Opened& opened) {
  const auto taken = store_.mark_opened(opened.acknowledgements);
  if (!taken) failed_ = taken.error();
  if (taken && *taken < static_cast<int>(opened.acknowledgements.size())) {
    // The cursor goes on all the same: one word that never verifies must not hold up those behind it. The
    // record it spoke of stays here, unopened.
    log::warning("sync.opened_refused", {{"words", opened.acknowledgements.size()}, {"taken", *taken}});
  }
  return taken.has_value();
}

void blame_the_store(PumpReport& report) {
  if (report.fault && report.fault->kind != SyncFaultKind::BadAnswer) return;
  report.fault = SyncFault{SyncFaultKind::OwnQueue, {}, {}};
}

}  // namespace pishkhan::sync
