#pragma once

#include "offline-queue/store/store.h"
#include "offline-queue/sync/pump.h"

namespace pishkhan::sync {

/// The store as the pump's outbox. Thread: the queue's (it calls the store); where the pump runs on another,
/// the kiosk hands its four questions over by mailbox.
class StoreOutbox final : public Outbox {
 public:
  explicit StoreOutbox(store::Store& store) : store_(store) {}

  std::optional<protocol::Batch> next_batch(int limit) override;
  std::optional<protocol::Batch> batch_from(int sequence, int limit) override;
  bool awaits_opening() override;
  Kept stored(const protocol::StoredWord& word) override;
  bool opened(const protocol::Opened& opened) override;

 private:
  store::Store& store_;
};

}  // namespace pishkhan::sync
