// A seeded sample of ./dev rig hostile-card.
#include "tests/card-reader/hostile.h"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace pishkhan::card::test;

TEST_CASE("whatever readers, buses and cards do: typed, in time, never a wrong answer, and it works again") {
  const char* given = std::getenv("PISHKHAN_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  HostileTally tally;
  for (std::uint64_t seed = first; seed < first + 400; ++seed) {
    CAPTURE(seed);
    const auto broken = hostile_session(seed, tally);
    CHECK_MESSAGE(!broken, broken.value_or(""));
    if (broken) break;
  }
  // The sample is not one in which nothing happened.
  CHECK(tally.exchanges > 20'000);
  CHECK(tally.known_right > tally.exchanges / 4);
  for (const std::size_t fault : {1U, 2U, 3U, 5U, 6U}) {
    CAPTURE(fault);
    CHECK(tally.faults[fault] > 20);
  }
  CHECK(tally.reopened > 0);
}
