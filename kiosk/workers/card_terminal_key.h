#pragma once

#include "drivers/card-reader/reading.h"
#include "offline-queue/protocol/signing_key.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

namespace pishkhan::workers {

/// The key by which this kiosk proves itself to cards that show nothing to strangers. It is the same in all
/// kiosks of a city, because the cards carry its public half. Thread: the reader's.
class CardTerminalKey final : public card::KioskProver {
 public:
  /// keys/card-terminal.pem; null if there is none, which is usual, or if it cannot be used.
  [[nodiscard]] static std::unique_ptr<CardTerminalKey> load(const std::filesystem::path& keys,
                                                             protocol::KeyPlace place) {
    auto key = protocol::SigningKey::load(keys / "card-terminal.pem", place);
    if (!key) return nullptr;
    return std::unique_ptr<CardTerminalKey>(new CardTerminalKey(std::move(*key)));
  }
  std::optional<Bytes> sign(ByteView message) override {
    const auto signature = key_.try_sign(message);
    if (!signature) return std::nullopt;
    return Bytes(signature->begin(), signature->end());
  }

 private:
  explicit CardTerminalKey(protocol::SigningKey key) : key_(std::move(key)) {}
  protocol::SigningKey key_;
};

}  // namespace pishkhan::workers
