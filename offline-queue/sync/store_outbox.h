#pragma once

#include "offline-queue/store/store.h"
#include "offline-queue/sync/pump.h"

namespace pishkhan::sync {

/// The store as the pump's outbox. Thread: the queue's (it calls the store); where the pump runs on another,
/// the kiosk hands its four questions over by mailbox.
class StoreOutbox final : public Outbox {
 public:
  StoreOutbox(store::Store& store, int kiosk, int epoch) : store_(store), kiosk_(kiosk), epoch_(epoch) {}

  std::optional<protocol::Batch> next_batch() override;
  bool awaits_opening() override;
  bool stored(const protocol::BatchAnswer& answer) override;
  bool opened(const protocol::Opened& opened) override;

 private:
  store::Store& store_;
  int kiosk_;
  int epoch_;
};

}  // namespace pishkhan::sync
