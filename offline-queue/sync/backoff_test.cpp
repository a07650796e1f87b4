#include "offline-queue/sync/backoff.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::sync;
using std::chrono::milliseconds;

TEST_CASE("waiting grows with failures, is spread over the whole range, and has a ceiling") {
  const Backoff::Limits limits{milliseconds(100), milliseconds(1600), milliseconds(10'000)};
  SeededRandom random(20261123);
  for (int failures = 0; failures < 40; ++failures) {
    const milliseconds reach = std::min(milliseconds(1600), milliseconds(100) * (1 << std::min(failures, 10)));
    milliseconds least(1'000'000), most(0);
    for (int trial = 0; trial < 400; ++trial) {
      Backoff backoff(limits);
      milliseconds wait(0);
      for (int i = 0; i <= failures; ++i) wait = backoff.failed(random, std::nullopt);
      REQUIRE(wait >= milliseconds(1));
      REQUIRE(wait <= reach);
      least = std::min(least, wait);
      most = std::max(most, wait);
    }
    CHECK(least < reach / 10);
    CHECK(most > reach * 9 / 10);
  }
}

TEST_CASE("Retry-After is a floor, believed only up to its limit; success starts afresh") {
  SeededRandom random(1);
  Backoff backoff({milliseconds(100), milliseconds(1600), milliseconds(10'000)});
  CHECK(backoff.failed(random, milliseconds(5000)) >= milliseconds(5000));
  const milliseconds unbelieved = backoff.failed(random, milliseconds(86'400'000));
  CHECK(unbelieved >= milliseconds(10'000));
  CHECK(unbelieved <= milliseconds(11'600));
  CHECK(backoff.failed(random, milliseconds(-5)) >= milliseconds(1));
  CHECK(backoff.failures() == 3);
  backoff.succeeded();
  CHECK(backoff.failed(random, std::nullopt) <= milliseconds(100));
}

TEST_CASE("polls are spread between half the period and the period") {
  SeededRandom random(7);
  for (int i = 0; i < 1000; ++i) {
    const milliseconds wait = jittered(milliseconds(3001), random);
    REQUIRE(wait >= milliseconds(1500));
    REQUIRE(wait <= milliseconds(3001));
  }
}
