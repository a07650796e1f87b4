#pragma once

#include "kiosk/visit/effect.h"
#include "kiosk/visit/state.h"

#include <optional>

namespace pishkhan::visit {

/// Idle time before the machine asks "are you still there?" (VVSG 2.0 asks for 2 to 5 minutes), and how long
/// the question stands (20 to 45 seconds) before the visit ends and everything typed is erased.
inline constexpr SteadyTime idle_before_question{120'000};
inline constexpr SteadyTime question_stands{30'000};
/// The receipt page leaves by itself, asking first; the goodbye page is only a greeting.
inline constexpr SteadyTime goodbye_stands{10'000};
/// A card in the reader at the end of a visit is asked for on the screen and by a sound, so often and so long;
/// then it is written down as forgotten.
inline constexpr SteadyTime card_is_asked_for{60'000};
inline constexpr SteadyTime between_chimes{5'000};
/// A tracking answer or a recovery that takes longer than this is told as "cannot be reached now".
inline constexpr SteadyTime answer_patience{15'000};
/// A disk that has not answered a filing by then is told as a fault; if the answer comes after all while the
/// same visit stands, the receipt page follows.
inline constexpr SteadyTime filing_patience{20'000};

/// One step of the counter: pure. No I/O, no clock, no randomness; the same stamped events give the same
/// states and effects. Never fails: an event that does not fit the state changes nothing.
Effects step(State& state, const Stamped& stamped);

/// When the next Tick matters at the latest, if nothing else happens.
[[nodiscard]] std::optional<SteadyTime> next_deadline(const State& state, SteadyTime now);

}  // namespace pishkhan::visit
