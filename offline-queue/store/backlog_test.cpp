// A long backlog costs no more than a short one: counted in pages of the database, not in time.
#include "offline-queue/store/queue_store.h"
#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

namespace pishkhan::store {
namespace {

using testing::World;

protocol::Hash hash_of(int id) {
  return protocol::blake2b(as_bytes(std::to_string(id)));
}

/// In one commit, as no citizen files: what is measured is what comes after.
void fill(Store& store, int from, int to) {
  const auto filled = store.together([&]() -> Result<void, StoreFault> {
    for (int id = from; id <= to; ++id) {
      const auto filed = World::file(store, std::string(200, 'p'), id, hash_of(id), hash_of(-id));
      if (!filed) return fail(filed.error());
    }
    return {};
  });
  REQUIRE(filled.has_value());
}

TEST_CASE(
    "filing, finding, forgetting and acknowledging look at no more pages behind 8,000 requests than behind 80") {
  World world;
  const auto opened = world.open();
  REQUIRE(opened);
  auto& store = static_cast<QueueStore&>(*opened);
  const auto pages_of = [&store](const std::function<bool()>& work) {
    const std::int64_t before = store.pages_looked_at();
    CHECK(work());
    return static_cast<int>(store.pages_looked_at() - before);
  };
  int next = 1;
  int acknowledged = 0;
  struct Cost {
    int file = 0;
    int find = 0;
    int purge = 0;
    int stored = 0;
    int opened = 0;
    int counts = 0;
    int batch = 0;
  };
  const auto measure = [&] {
    Cost cost;
    world.clock.now += std::chrono::minutes(11);
    CHECK(store.purge().has_value());
    cost.file = pages_of([&] {
      return World::file(store, std::string(200, 'p'), next, hash_of(next), hash_of(-next)).has_value();
    });
    cost.find = pages_of([&] {
      const auto same = store.find_duplicate(hash_of(next));
      const auto mine = store.find_unprinted(hash_of(-next));
      const auto nobody = store.find_unprinted(hash_of(next));
      return same && *same && mine && *mine && nobody && !*nobody && store.unprinted().size() == 1;
    });
    world.clock.now += std::chrono::minutes(11);
    cost.purge = pages_of([&] { return store.purge().has_value() && store.unprinted().empty(); });
    ++next;
    const auto record = *store.record(++acknowledged);
    cost.stored = pages_of([&] { return store.mark_stored(world.stored_up_to(*record)) == 1; });
    cost.opened = pages_of(
        [&] { return store.mark_opened(std::vector{world.word(*record, protocol::Verdict::Accepted)}) == 1; });
    cost.counts = pages_of([&] { return store.counts()->unopened == next - 1 - acknowledged; });
    cost.batch = pages_of([&] { return store.next_batch(1)->has_value(); });
    return cost;
  };
  fill(store, next, 80);
  next = 81;
  measure();  // the first counts what there is
  const Cost early = measure();
  fill(store, next, 8000);
  next = 8001;
  const Cost late = measure();
  // A table of 8,000 rows is one page deeper, and each look goes through it.
  CHECK(late.file <= early.file + 6);
  CHECK(late.find <= early.find + 6);
  CHECK(late.purge <= early.purge + 6);
  CHECK(late.stored <= early.stored + 12);
  CHECK(late.opened <= early.opened + 20);
  CHECK(late.counts <= early.counts + 6);
  CHECK(late.batch <= early.batch + 6);
}

}  // namespace
}  // namespace pishkhan::store
