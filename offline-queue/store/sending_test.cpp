#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>

namespace pishkhan::store {
namespace {

using testing::World;

TEST_CASE("sending goes in order, in batches, each joining the one before") {
  const World world;
  auto store = world.open();
  for (int id = 1; id <= 70; ++id) REQUIRE(World::file(*store, "payload", id).has_value());
  CHECK(store->next_batch(0).value() == std::nullopt);
  const auto batch = store->next_batch(100).value();
  REQUIRE(batch->entries.size() == largest_batch);
  CHECK(batch->first_sequence() == 1);
  CHECK(batch->previous_hash == protocol::chain_start(1042, 1));
  CHECK(batch->signed_by(world.kiosk.verifying_key()));
  const protocol::Hash head = batch->entries.back().record.hash;
  const auto word = world.stored_up_to(batch->entries.back().record);
  CHECK(store->mark_stored(word) == largest_batch);
  CHECK(store->mark_stored(word) == 0);
  CHECK(store->first_unsent() == 65);
  CHECK(store->next_batch(64).value()->previous_hash == head);
  CHECK(store->next_batch(64).value()->entries.size() == 6);
  CHECK(store->unopened(10, 3) == std::vector{11, 12, 13});
  CHECK(store->counts()->unsent == 6);
  CHECK(store->counts()->unopened == 70);
  store.reset();
  store = world.open();
  CHECK(store->first_unsent() == 65);
  CHECK(world.send_all(*store, 4) == "wwww-ww");
}

TEST_CASE("a word that all is stored counts only if it verifies and is about this very chain") {
  const World world;
  const auto store = world.open();
  for (int id = 1; id <= 3; ++id) REQUIRE(World::file(*store, "payload", id).has_value());
  const protocol::StoredWord word = world.stored_up_to(**store->record(2));
  const auto refused = [&](const protocol::SigningKey& key, auto change) {
    protocol::StoredWord other = word;
    change(other);
    other.sign(key);
    const auto marked = store->mark_stored(other);
    return marked ? std::nullopt : std::optional(marked.error());
  };
  CHECK(refused(world.cases, [](protocol::StoredWord&) {}) == StoreFault::Refused);
  CHECK(refused(world.ingest, [](protocol::StoredWord& w) { w.kiosk = 1043; }) == StoreFault::Refused);
  CHECK(refused(world.ingest, [](protocol::StoredWord& w) { w.epoch = 2; }) == StoreFault::Refused);
  CHECK(refused(world.ingest, [](protocol::StoredWord& w) { w.hash[3] ^= 1U; }) == StoreFault::Forked);
  CHECK(refused(world.ingest, [](protocol::StoredWord& w) { w.sequence = 1; }) == StoreFault::Forked);
  // The backend has more of this chain than this disk: it was put back to an older state.
  CHECK(refused(world.ingest, [](protocol::StoredWord& w) { w.sequence = 4; }) == StoreFault::Forked);
  CHECK(store->counts()->unsent == 3);
  CHECK(store->mark_stored(word) == 2);
  CHECK(store->counts()->unsent == 1);
}

TEST_CASE(
    "an old disk that was put back takes no more filings once the backend has proven it, nor after a restart") {
  for (const bool longer : {true, false}) {
    CAPTURE(longer);
    const World world;
    auto store = world.open();
    for (int id = 1; id <= 3; ++id) REQUIRE(World::file(*store, "payload", id).has_value());
    protocol::StoredWord word = world.stored_up_to(**store->record(3));
    if (longer) ++word.sequence;
    word.hash[0] ^= 1U;
    word.sign(world.kiosk);  // anybody's word does not close it
    CHECK(store->mark_stored(word).error() == StoreFault::Refused);
    CHECK(World::file(*store, "payload", 4).has_value() == true);
    if (longer) ++word.sequence;
    word.sign(world.ingest);
    CHECK(store->mark_stored(word).error() == StoreFault::Forked);
    CHECK(store->findings().restored);
    CHECK(World::file(*store, "payload", 5).error() == StoreFault::Forked);
    store.reset();
    store = world.open();
    REQUIRE(store);
    CHECK(store->findings().restored);
    CHECK(store->findings().damaged.empty());
    CHECK(World::file(*store, "payload", 5).error() == StoreFault::Forked);
    CHECK(store->record_print(1, protocol::PrintOutcome::Printed).error() == StoreFault::Forked);
    // What lies here is still there for whoever looks into it.
    CHECK(store->next_batch(64).value()->entries.size() == 4);
  }
}

TEST_CASE("cases' word about another chain proves an old disk as well, for ingest may have been put back with it") {
  for (const bool longer : {true, false}) {
    CAPTURE(longer);
    const World world;
    auto store = world.open();
    for (int id = 1; id <= 3; ++id) REQUIRE(World::file(*store, "payload", id).has_value());
    const auto known = world.word(**store->record(1), protocol::Verdict::Accepted);
    auto foreign = world.word(**store->record(2), protocol::Verdict::Accepted);
    if (longer)
      foreign.sequence = 4;
    else
      foreign.hash[0] ^= 1U;
    foreign.sign(world.kiosk);  // anybody's word does not close it
    CHECK(store->mark_opened(std::vector{foreign}) == 0);
    CHECK_FALSE(store->findings().restored);
    foreign.sign(world.cases);
    CHECK(store->mark_opened(std::vector{foreign, known}) == 1);
    CHECK(store->findings().restored);
    CHECK((*store->record(2))->payload.has_value());
    CHECK(World::file(*store, "payload", 5).error() == StoreFault::Forked);
    store.reset();
    store = world.open();
    REQUIRE(store);
    CHECK(World::file(*store, "payload", 5).error() == StoreFault::Forked);
  }
}

TEST_CASE("a record that was opened before its stored word came is not sent again, nor those before it lost") {
  const World world;
  const auto store = world.open();
  for (int id = 1; id <= 3; ++id) REQUIRE(World::file(*store, "payload", id).has_value());
  const auto second = **store->record(2);
  CHECK(store->mark_opened(std::vector{world.word(second, protocol::Verdict::Accepted)}) == 1);
  CHECK(store->first_unsent() == 1);
  // Its payload is erased; its link still goes, so that the chain is whole.
  CHECK(store->next_batch(64).value()->entries.size() == 3);
  CHECK(store->mark_stored(world.stored_up_to(**store->record(3))) == 2);
  CHECK(store->first_unsent() == 4);
}

}  // namespace
}  // namespace pishkhan::store
