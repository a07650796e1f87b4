#include "offline-queue/sync/store_outbox.h"

#include "base/core/log.h"

#include <utility>

namespace pishkhan::sync {

std::optional<protocol::Batch> StoreOutbox::next_batch() {
  Result<std::vector<protocol::Record>, store::StoreFault> waiting = store_.unsent(store::largest_batch);
  if (!waiting || waiting->empty()) return std::nullopt;
  protocol::Batch batch{kiosk_, epoch_, protocol::chain_start(kiosk_, epoch_), {}};
  const int first = waiting->front().header.sequence;
  if (first > 1) {
    const auto before = store_.record(first - 1);
    if (!before || !*before) return std::nullopt;
    batch.previous_hash = (*before)->hash;
  }
  for (protocol::Record& record : *waiting) {
    // A damaged record is left out by the store; what is behind it goes in a batch of its own.
    if (record.header.sequence != first + static_cast<int>(batch.entries.size())) break;
    batch.entries.push_back(std::move(record));
  }
  return batch;
}

bool StoreOutbox::awaits_opening() {
  const auto unopened = store_.unopened(0, 1);
  return unopened && !unopened->empty();
}

bool StoreOutbox::stored(const protocol::BatchAnswer& answer) {
  const auto taken = store_.mark_stored(answer.stored);
  return taken && *taken == static_cast<int>(answer.stored.size());
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
