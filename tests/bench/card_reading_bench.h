#pragma once

#include <optional>

namespace pishkhan::bench {

/// What a person waits for after putting the municipal card in: from the command that powers it to the name on
/// its file, and to the end of its proof. Real driver, simulated reader and card, contacts at 9600 bit/s
/// (F = 372, D = 1, 12 units a character), in real time.
struct CardReadingTimes {
  double name_ms = 0;    ///< median
  double name_p95 = 0;   ///< milliseconds
  double proven_ms = 0;  ///< median
  double proven_p95 = 0;
  int readings = 0;
};
/// Nothing if a reading failed.
[[nodiscard]] std::optional<CardReadingTimes> measure_card_reading(int readings);
/// Measures and prints; 1 if it failed.
[[nodiscard]] int report_card_reading(int readings);

}  // namespace pishkhan::bench
