#pragma once

#include <cstdint>
#include <optional>

namespace pishkhan::bench {

/// Of the contacts at the rate that every card begins with, at 3.57 MHz (ISO 7816-3, 8.1).
inline constexpr std::uint32_t contacts_bits_per_second = 9600;

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

/// The same, of the whole kiosk: from the card that goes in to the frame with its name on it.
struct ScreenTimes {
  double median_ms = 0;
  double slowest_ms = 0;
};
/// Nothing if the kiosk did not start or a reading failed.
[[nodiscard]] std::optional<ScreenTimes> measure_card_to_screen(int readings);
/// Measures and prints; 1 if it failed.
[[nodiscard]] int report_card_reading(int readings);

}  // namespace pishkhan::bench
