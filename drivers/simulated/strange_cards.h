#pragma once

#include "drivers/simulated/card_command.h"
#include "drivers/simulated/simulated_card.h"

#include <memory>
#include <utility>
#include <vector>

namespace pishkhan::simulated {

/// Looks like a bank card: its applications can be selected (EMV book 1, 12), and everything further is counted
/// as a violation, because a kiosk of a municipality has no business in it. Thread: guarded by the reader that
/// holds it.
class BankCard final : public SimulatedCard {
 public:
  Bytes reset() override;
  Bytes apdu(ByteView command) override;
  /// Commands other than SELECT: READ RECORD, GET PROCESSING OPTIONS, GET DATA and whatever else.
  [[nodiscard]] int violations() const { return violations_; }

 private:
  int violations_ = 0;
};

/// How a chip can be broken. Each is seen by a driver as a card, and none may confuse it.
enum class Breakage : std::uint8_t {
  WrongFirstByte,      ///< TS is neither 3B nor 3F
  ShortReset,          ///< the ATR ends before what it announces
  LongReset,           ///< the ATR has bytes after its end
  WrongResetCheck,     ///< TCK is wrong
  SilentAfterReset,    ///< an ATR, and then nothing
  OneByteAnswers,      ///< half a status word
  TooMuchData,         ///< more than was asked for
  EndlessData,         ///< 61 FF after every GET RESPONSE
  EndlessWrongLength,  ///< 6C xx, whatever Le is
  NoStatusWord,        ///< an answer that ends in 00 00
  Random,              ///< random bytes
};
[[nodiscard]] const std::vector<Breakage>& all_breakages();

class BrokenCard final : public SimulatedCard {
 public:
  explicit BrokenCard(Breakage breakage) : breakage_(breakage) {}
  Bytes reset() override;
  Bytes apdu(ByteView command) override;

 private:
  Breakage breakage_;
  std::uint64_t talks_ = 0;
};

}  // namespace pishkhan::simulated
