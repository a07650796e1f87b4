#pragma once

#include "offline-queue/store/store.h"

namespace pishkhan::store {

/// Makes a new queue.db out of all that still verifies in a damaged one, its WAL, and what an earlier salvage
/// moved aside. The damaged files stay beside it (queue.db.damaged, queue.db-wal.damaged) until all that was
/// saved is opened at the backend. The power may go at any moment: then it is begun again (`unfinished`).
class Salvage {
 public:
  /// Takes of `options` where the queue lies, whose it is, the clock and the disk; `key` has signed the records.
  Salvage(const Options& options, Files& files, const protocol::VerifyingKey& key)
      : options_(options), files_(files), key_(key) {}

  /// The power went in the middle of one.
  [[nodiscard]] Result<bool, StoreFault> unfinished();
  /// How many records were saved. Damaged: none; then every file is as it was found.
  [[nodiscard]] Result<int, StoreFault> run();
  /// Overwrites the damaged files with zeros and removes them.
  [[nodiscard]] Result<void, StoreFault> discard();

 private:
  [[nodiscard]] Result<bool, StoreFault> exists(const char* name);
  /// Carves the records out and makes the new file, durably, under its own name.
  [[nodiscard]] Result<int, StoreFault> make();
  [[nodiscard]] Result<void, StoreFault> swap_in();

  const Options& options_;
  Files& files_;
  const protocol::VerifyingKey& key_;
};

}  // namespace pishkhan::store
