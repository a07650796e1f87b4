#pragma once

#include "base/core/bytes.h"

namespace pishkhan::simulated {

/// What lies in the slot of a simulated reader. Thread: guarded by the reader that holds it.
class SimulatedCard {
 public:
  SimulatedCard() = default;
  SimulatedCard(const SimulatedCard&) = delete;
  SimulatedCard& operator=(const SimulatedCard&) = delete;
  virtual ~SimulatedCard() = default;

  /// Cold or warm reset (ISO 7816-3, 6.2): forgets what was selected. Returns the answer to reset; empty =
  /// the card is mute.
  virtual Bytes reset() = 0;
  /// One short command APDU in, data and status word out (ISO 7816-4, 5.1). Empty = the card is mute.
  virtual Bytes apdu(ByteView command) = 0;
};

/// A sound card of which we know nothing: its own ATR, and every file is 6A82 (ISO 7816-4, table 6).
class UnknownCard final : public SimulatedCard {
 public:
  Bytes reset() override;
  Bytes apdu(ByteView command) override;
};

/// A broken chip, or a card put in the wrong way round: it never says anything.
class DeadCard final : public SimulatedCard {
 public:
  Bytes reset() override { return {}; }
  Bytes apdu(ByteView) override { return {}; }
};

}  // namespace pishkhan::simulated
