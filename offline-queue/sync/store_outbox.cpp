#include "offline-queue/sync/store_outbox.h"

#include "base/core/log.h"

#include <utility>

namespace pishkhan::sync {

std::optional<protocol::Batch> StoreOutbox::next_batch(int limit) {
  Result<std::optional<protocol::Batch>, store::StoreFault> batch = store_.next_batch(limit);
  if (!batch) return std::nullopt;
  return std::move(*batch);
}

std::optional<protocol::Batch> StoreOutbox::batch_from(int sequence, int limit) {
  Result<std::optional<protocol::Batch>, store::StoreFault> batch = store_.batch_from(sequence, limit);
  if (!batch) return std::nullopt;
  return std::move(*batch);
}

bool StoreOutbox::awaits_opening() {
  const auto unopened = store_.unopened(0, 1);
  return unopened && !unopened->empty();
}

Outbox::Kept StoreOutbox::stored(const protocol::StoredWord& word) {
  const auto marked = store_.mark_stored(word);
  if (marked) {
    const auto first = store_.first_unsent();
    return first && word.sequence + 1 < *first ? Kept::Behind : Kept::Yes;
  }
  return marked.error() == store::StoreFault::Forked ? Kept::Forked : Kept::No;
}

bool StoreOutbox::opened(const protocol::Opened& opened) {
  const auto taken = store_.mark_opened(opened.acknowledgements);
  if (taken && *taken < static_cast<int>(opened.acknowledgements.size())) {
    // The cursor goes on all the same: one word that never verifies must not hold up those behind it. The
    // record it spoke of stays here, unopened.
    log::warning("sync.opened_refused", {{"words", opened.acknowledgements.size()}, {"taken", *taken}});
  }
  return taken.has_value();
}

}  // namespace pishkhan::sync
