#include "offline-queue/store/trusted_time.h"

#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>

namespace pishkhan::store {
namespace {

using std::chrono::milliseconds;
using testing::World;

WallTime at(std::int64_t ms) {
  return WallTime(milliseconds(ms));
}

class TwoClocks final : public Clock {
 public:
  SteadyTime passed{0};
  WallTime wall() const override { return at(0); }
  SteadyTime steady() const override { return passed; }
};

TEST_CASE("the time that the backend told never goes back, survives a restart, and grows by what went by") {
  World world;
  TwoClocks clock;
  {
    TrustedTime time(world.options.folder, world.files, clock);
    CHECK_FALSE(time.last().has_value());
    CHECK_FALSE(time.certainly_passed().has_value());
    CHECK(time.heard(at(-1)).has_value());
    CHECK_FALSE(time.last().has_value());
    REQUIRE(time.heard(at(1'000'000)).has_value());
    CHECK(time.heard(at(400)).has_value());
    CHECK(time.last() == at(1'000'000));
    clock.passed += milliseconds(250);
    CHECK(time.certainly_passed() == at(1'000'250));
    // Not worth a write of its own; it counts all the same.
    REQUIRE(time.heard(at(1'030'000)).has_value());
    CHECK(time.certainly_passed() == at(1'030'000));
  }
  {
    TrustedTime time(world.options.folder, world.files, clock);
    CHECK(time.last() == at(1'000'000));
    CHECK(time.certainly_passed() == at(1'000'000));
    REQUIRE(time.heard(at(1'060'000)).has_value());
    REQUIRE(time.heard(at(2'000'000)).has_value());
  }
  CHECK(TrustedTime(world.options.folder, world.files, clock).last() == at(2'000'000));
}

TEST_CASE("a torn or damaged slot leaves the other; both damaged are no bound") {
  World world;
  const TwoClocks clock;
  {
    TrustedTime time(world.options.folder, world.files, clock);
    for (int i = 1; i <= 4; ++i) REQUIRE(time.heard(at(i * 100'000)).has_value());
  }
  const std::string whole = world.raw("trusted.time");
  const std::size_t newest = whole.size() > 512 ? 512 : 0;
  for (std::size_t byte = 0; byte < 28; ++byte) {
    std::string torn = whole;
    torn[newest + byte] = static_cast<char>(torn[newest + byte] ^ 0x40);
    world.put_raw("trusted.time", torn);
    TrustedTime time(world.options.folder, world.files, clock);
    REQUIRE(time.last() == at(300'000));
    // The damaged slot is the one that is written next.
    REQUIRE(time.heard(at(500'000)).has_value());
    CHECK(TrustedTime(world.options.folder, world.files, clock).last() == at(500'000));
  }
  for (std::size_t length = 0; length < whole.size(); ++length) {
    world.put_raw("trusted.time", whole.substr(0, length));
    const TrustedTime time(world.options.folder, world.files, clock);
    REQUIRE((!time.last() || *time.last() <= at(400'000)));
  }
  world.put_raw("trusted.time", std::string(540, 'z'));
  CHECK_FALSE(TrustedTime(world.options.folder, world.files, clock).last().has_value());
}

}  // namespace
}  // namespace pishkhan::store
