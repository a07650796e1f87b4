#pragma once

#include "drivers/card-reader/reader_types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace pishkhan::card::test {

/// What came of exchanges with hostile readers, buses and cards.
struct HostileTally {
  std::uint64_t exchanges = 0;
  std::uint64_t answered = 0;                         ///< with a status word
  std::uint64_t known_right = 0;                      ///< of those: compared with what the card must say
  std::array<std::uint64_t, reader_faults> faults{};  ///< by ReaderFault
  std::uint64_t reopened = 0;                         ///< the driver asked for a new transport
  std::uint64_t sessions = 0;
  std::uint64_t most_transfers = 0;  ///< in one exchange
  std::int64_t longest_ms = 0;       ///< virtual, of one call
  void add(const HostileTally& other);
};

/// One session: a random kind of reader, bus and card, some hundred random calls, then quiet, in which the
/// driver must work again. Everything follows from the seed. Returns the promise that was broken, if one was.
[[nodiscard]] std::optional<std::string> hostile_session(std::uint64_t seed, HostileTally& tally);

}  // namespace pishkhan::card::test
