#pragma once

#include "tests/bench/peers/peer.h"

#include <chrono>

namespace pishkhan::peers {

/// Runs one message after another and takes the time of each. Nothing if `send_one(number)` says no.
template <class SendOne>
std::optional<Round> time_each(int first, int count, SendOne send_one) {
  using Steady = std::chrono::steady_clock;
  Round round;
  round.microseconds.reserve(static_cast<std::size_t>(count));
  const auto begin = Steady::now();
  for (int number = first; number < first + count; ++number) {
    const auto handed_over = Steady::now();
    if (!send_one(number)) return std::nullopt;
    round.microseconds.push_back(
        std::chrono::duration<double, std::micro>(Steady::now() - handed_over).count());
  }
  round.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  return round;
}

}  // namespace pishkhan::peers
