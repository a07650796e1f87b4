#pragma once

#include "offline-queue/store/store.h"

#include <filesystem>
#include <optional>

namespace pishkhan::store {

/// The newest head of the chain, kept outside the database and its WAL, because a chain that was cut off
/// still verifies. queue.head has two slots, 512 bytes apart, written in turn and in place, so that a write
/// torn by a power cut leaves the other; both are filled when the queue is made (sequence 0). A slot: "PKH1" ·
/// kiosk 2 · epoch 1 · sequence 4 · head hash 32 · its record's signature 64 · first 16 bytes of BLAKE2b-256 of
/// all that. Thread: the store's.
class HeadAnchor {
 public:
  struct Head {
    int kiosk = 0;
    int epoch = 0;
    int sequence = 0;
    protocol::Hash hash{};
    protocol::Signature signature{};
  };
  HeadAnchor(std::filesystem::path folder, Files& files) : folder_(std::move(folder)), files_(files) {}

  struct Contents {
    bool exists = false;       ///< the file is there, whatever is in it
    std::optional<Head> head;  ///< the newer of the readable slots
  };
  [[nodiscard]] Result<Contents, StoreFault> read();
  [[nodiscard]] Result<void, StoreFault> write(const Head& head);
  /// Fills both slots, for a chain that has no record yet.
  [[nodiscard]] Result<void, StoreFault> start(const Head& head);

 private:
  std::filesystem::path folder_;
  Files& files_;
  std::size_t next_slot_ = 0;
  bool exists_ = false;
};

}  // namespace pishkhan::store
