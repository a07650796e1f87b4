#pragma once

#include "base/core/result.h"
#include "drivers/card-reader/apdu.h"
#include "drivers/card-reader/reader.h"

#include <chrono>
#include <cstdint>

namespace pishkhan::card {

/// A powered card that answers commands: the reader's, a recorded one, a fuzzer's. Thread: one owner.
class CardChannel {
 public:
  virtual ~CardChannel() = default;
  /// As CardReader::transmit: 61xx and 6Cxx have been followed, and no more came than was asked for.
  [[nodiscard]] virtual Result<Response, ReaderFault> transmit(const Command& command,
                                                               std::chrono::milliseconds within) = 0;
  /// As CardReader::verify_on_pad.
  [[nodiscard]] virtual bool has_pin_pad() const { return false; }
  [[nodiscard]] virtual Result<Response, ReaderFault> verify_on_pad(const PinEntry&) {
    return fail(ReaderFault::NoPinPad);
  }
};

/// The card in a reader, which outlives it.
class ReaderChannel final : public CardChannel {
 public:
  explicit ReaderChannel(CardReader& reader) : reader_(reader) {}
  Result<Response, ReaderFault> transmit(const Command& command, std::chrono::milliseconds within) override {
    return reader_.transmit(command, within);
  }
  bool has_pin_pad() const override { return reader_.descriptor().can_verify_pin(); }
  Result<Response, ReaderFault> verify_on_pad(const PinEntry& entry) override {
    return reader_.verify_on_pad(entry);
  }

 private:
  CardReader& reader_;
};

}  // namespace pishkhan::card
