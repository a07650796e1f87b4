// The machine's clock jumps: ahead, back, further than the queue is old, to 1970; while the store is open and
// between two starts. Nothing is lost, given again, kept for longer or erased too early by it.
#include "offline-queue/store/test_world.h"
#include "offline-queue/store/trusted_time.h"

#include <doctest/doctest.h>

namespace pishkhan::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using testing::World;

struct Jump {
  const char* name;
  milliseconds by;
};
constexpr Jump jumps[] = {{"a minute ahead", 60s},
                          {"a day ahead", 24h},
                          {"ten years ahead", 87'600h},
                          {"a minute back", -60s},
                          {"a day back", -24h},
                          {"to the year that the battery remembers", -400 * 24h},
                          {"to 1970", -milliseconds(1'795'000'000'000)}};

enum class When { WhileOpen, OverARestart };

/// One request before the jump, with its receipt not printed, and one after.
class Counter {
 public:
  Counter() { store_ = world.open(); }
  Filed file(int id) {
    const auto filed =
        store_->append(protocol::RecordType::Request, {static_cast<std::uint8_t>(id)}, [&](const Place& place) {
          CHECK(place.created_at == world.clock.now);
          return std::optional(Draft{Bytes(500, static_cast<std::uint8_t>(id)),
                                     protocol::Hash{static_cast<std::uint8_t>(id)},
                                     protocol::Hash{static_cast<std::uint8_t>(id)},
                                     protocol::ReceiptSalt{static_cast<std::uint8_t>(id)}});
        });
    REQUIRE(filed.has_value());
    return *filed;
  }
  void jump(const Jump& jump, When when) {
    if (when == When::OverARestart) store_.reset();
    world.clock.now += jump.by;
    if (when == When::OverARestart) store_ = world.open();
    REQUIRE(store_ != nullptr);
  }
  Store& store() { return *store_; }

  World world;

 private:
  std::unique_ptr<Store> store_;
};

void each(const std::function<void(const Jump&, When)>& what) {
  for (const Jump& jump : jumps) {
    for (const When when : {When::WhileOpen, When::OverARestart}) {
      CAPTURE(jump.name);
      CAPTURE(static_cast<int>(when));
      what(jump, when);
    }
  }
}

TEST_CASE("a clock that jumps breaks no chain, gives no code twice, and takes nothing out of its order") {
  each([](const Jump& jump, When when) {
    Counter counter;
    const Filed before = counter.file(1);
    counter.jump(jump, when);
    const Filed after = counter.file(2);
    CHECK(after.code.sequence == before.code.sequence + 1);
    // Evidence, not truth: each record says what the clock said.
    CHECK(after.record.header.created_at - before.record.header.created_at == jump.by);
    REQUIRE(counter.store().record_print(2, protocol::PrintOutcome::Printed).has_value());
    REQUIRE(counter.store().anchor_head().has_value());
    CHECK(counter.store().find_duplicate({1})->has_value());
    CHECK(counter.world.send_all(counter.store()) == "www");
    REQUIRE(counter.store().purge().has_value());
    CHECK((*counter.store().record(1))->payload.has_value());
    CHECK(counter.store().mark_opened(
              std::vector{counter.world.word(before.record, protocol::Verdict::Accepted)}) == 1);
    CHECK_FALSE((*counter.store().record(1))->payload.has_value());
    CHECK((*counter.store().record(2))->payload.has_value());
    counter.jump({"and back", -jump.by}, When::OverARestart);
    CHECK(counter.store().findings().damaged.empty());
    CHECK(counter.store().findings().head_verifies);
    CHECK(counter.store().findings().anchor == Findings::Anchor::Matches);
    CHECK(counter.file(3).code.sequence == 4);
  });
}

TEST_CASE("what may be asked for within ten minutes is not kept for longer by a clock that jumps") {
  each([](const Jump& jump, When when) {
    Counter counter;
    static_cast<void>(counter.file(1));
    counter.jump(jump, when);
    const bool within = jump.by == milliseconds(60s);
    CHECK(counter.store().find_unprinted({1})->has_value() == within);
    CHECK(counter.store().receipt_salt(1)->has_value() == within);
    CHECK(counter.store().unprinted().size() == (within ? 1U : 0U));
    REQUIRE(counter.store().purge().has_value());
    if (within) return;
    counter.world.clock.now -= jump.by;  // right again: what was forgotten stays so
    CHECK_FALSE(counter.store().find_unprinted({1})->has_value());
    CHECK_FALSE(counter.store().receipt_salt(1)->has_value());
    CHECK(counter.store().find_duplicate({1})->has_value());
  });
}

TEST_CASE("the time that the backend told is a bound that no jump of the clock moves") {
  each([](const Jump& jump, When when) {
    Counter counter;
    const WallTime told = counter.world.clock.now + 7s;
    {
      TrustedTime time(counter.world.options.folder, counter.world.files, counter.world.clock);
      REQUIRE(time.heard(told).has_value());
      if (when == When::WhileOpen) {
        counter.jump(jump, when);
        CHECK(time.last() == told);
      }
    }
    if (when == When::OverARestart) counter.jump(jump, when);
    const TrustedTime time(counter.world.options.folder, counter.world.files, counter.world.clock);
    CHECK(time.last() == told);
    CHECK(time.certainly_passed() == told);
  });
}

}  // namespace
}  // namespace pishkhan::store
