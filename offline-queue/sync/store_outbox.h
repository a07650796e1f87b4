#pragma once

#include "offline-queue/store/store.h"
#include "offline-queue/sync/pump.h"

namespace pishkhan::sync {

/// The store as the pump's outbox. Thread: the queue's (it calls the store); where the pump runs on another,
/// the kiosk hands its questions over by mailbox.
class StoreOutbox final : public Outbox {
 public:
  explicit StoreOutbox(store::Store& store) : store_(store) {}

  std::optional<protocol::Batch> next_batch(int limit) override;
  std::optional<protocol::Batch> batch_from(int sequence, int limit) override;
  bool awaits_opening() override;
  bool anything_stored() override;
  Kept stored(const protocol::StoredWord& word) override;
  bool opened(const protocol::Opened& opened) override;
  /// The last fault of the store itself; a word that it refused is none. The pump cannot tell it from "nothing
  /// waits" or from a bad word: see blame_the_store().
  [[nodiscard]] std::optional<store::StoreFault> failed() const { return failed_; }

 private:
  store::Store& store_;
  std::optional<store::StoreFault> failed_;
};

/// A step in which the store failed did not go well, and what it did not take was no bad answer: the report
/// says OwnQueue instead. Any other fault stays.
void blame_the_store(PumpReport& report);

}  // namespace pishkhan::sync
