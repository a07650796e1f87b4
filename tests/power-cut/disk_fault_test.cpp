// Faults at every operation: a failed sync, a failed sync and then a cut, a full disk, a disk that takes no
// more writes, an update of the tables. Each run is short; what differs is where it goes wrong.
#include "offline-queue/store/schema.h"
#include "tests/power-cut/fault_world.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pishkhan::power_cut {
namespace {

/// The run without a fault, to know how many there are to come.
std::uint64_t operations_of_a_run(const Keys& keys) {
  World world(keys, 1);
  if (const auto queue = store::Store::open(world.options)) world.work(**queue);
  return world.disk.operations();
}

TEST_CASE("a sync that fails, wherever it does, loses nothing that was accepted") {
  const Keys keys;
  int sync = 1;
  for (std::size_t unharmed = 0; unharmed == 0; ++sync) {
    REQUIRE(sync < 1000);
    CAPTURE(sync);
    World world(keys, static_cast<std::uint64_t>(sync));
    world.disk.fail_sync_after(sync);
    if (const auto queue = store::Store::open(world.options)) world.work(**queue);
    unharmed = world.promised.size() == 8 && world.disk.syncs_to_fail() ? 1 : 0;
    world.disk.fail_sync_after(-1);
    // As the kiosk does: it is opened again, and what is found then is told to the citizen.
    if (const auto queue = store::Store::open(world.options)) world.work(**queue);
    world.cut();
    world.check_kept();
  }
  CHECK(sync > 20);
}

TEST_CASE("a sync that fails and a power cut while the store is opened again lose nothing") {
  const Keys keys;
  std::uint64_t seed = 0;
  for (int filings = 1; filings <= 6; ++filings) {
    for (int cut = 1;; ++cut) {
      REQUIRE(cut < 2000);
      World world(keys, ++seed);
      CAPTURE(filings);
      CAPTURE(cut);
      {
        const auto queue = store::Store::open(world.options);
        REQUIRE(queue.has_value());
        for (int number = 0; number < filings; ++number) REQUIRE(world.file(**queue));
        world.disk.fail_next_sync();
        REQUIRE_FALSE(world.file(**queue));
      }
      world.disk.cut_after(cut);
      {
        const auto queue = store::Store::open(world.options);
        // What it finds is relied upon from now on.
        for (int sequence = 1; queue && sequence <= (*queue)->findings().records; ++sequence) {
          const auto record = (*queue)->record(sequence);
          if (record && *record) world.promised[sequence] = (*record)->hash;
        }
      }
      const bool over = world.disk.powered();
      world.cut();
      world.check_kept();
      if (over) break;
    }
  }
}

TEST_CASE("a disk that is full from any moment on refuses, keeps all that it accepted, and goes on with room") {
  const Keys keys;
  std::size_t whole = 0;
  {
    World world(keys, 1);
    if (const auto queue = store::Store::open(world.options)) world.work(**queue);
    whole = world.disk.used();
  }
  std::uint64_t seed = 100;
  for (std::size_t room = 0; room <= whole; room += 1024) {
    CAPTURE(room);
    World world(keys, ++seed);
    world.disk.limit_disk_to(room);
    if (const auto queue = store::Store::open(world.options)) world.work(**queue);
    world.disk.limit_disk_to(std::size_t{1} << 40);
    world.cut();
    world.check_kept();
  }
}

TEST_CASE("a disk that takes no more writes loses nothing, and the store says so") {
  const Keys keys;
  const auto operations = static_cast<int>(operations_of_a_run(keys));
  for (int after = 1; after <= operations; after += 3) {
    CAPTURE(after);
    World world(keys, static_cast<std::uint64_t>(after));
    world.disk.refuse_writes_after(after);
    {
      const auto queue = store::Store::open(world.options);
      if (queue) {
        world.work(**queue);
        CHECK_FALSE(world.file(**queue));
      }
    }
    {
      const auto queue = store::Store::open(world.options);
      if (queue) CHECK_FALSE(world.file(**queue));
    }
    world.disk.take_writes_again();
    world.check_kept();
    world.cut();
    world.check_kept();
  }
}

/// Takes the last steps of the schema back.
void make_older(const World& world, int version) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2("/disk/queue.db", &database, SQLITE_OPEN_READWRITE, world.options.vfs.c_str()) ==
          SQLITE_OK);
  // Whoever adds a step of the schema takes it back here.
  REQUIRE(store::schema_version() == 4);
  std::string sql =
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=FULL; ALTER TABLE pending DROP COLUMN receipt_salt;";
  if (version < 3) sql += "ALTER TABLE entry DROP COLUMN previous;";
  if (version < 2) sql += "DROP TABLE damage; ALTER TABLE identity DROP COLUMN closed;";
  sql += "PRAGMA user_version = " + std::to_string(version);
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

TEST_CASE("an older queue is brought forward, through a power cut at every step of it") {
  const Keys keys;
  for (int version = 1; version < store::schema_version(); ++version) {
    for (int cut = 1;; ++cut) {
      REQUIRE(cut < 2000);
      CAPTURE(version);
      CAPTURE(cut);
      World world(keys, static_cast<std::uint64_t>(cut));
      {
        const auto queue = store::Store::open(world.options);
        REQUIRE(queue.has_value());
        world.work(**queue);
      }
      make_older(world, version);
      world.disk.cut_after(cut);
      static_cast<void>(store::Store::open(world.options).has_value());
      const bool over = world.disk.powered();
      world.cut();
      world.check_kept();
      if (over) break;
    }
  }
}

TEST_CASE("a sync that fails while an older queue is brought forward is a fault of the disk: nothing is made anew") {
  const Keys keys;
  for (int sync = 1;; ++sync) {
    REQUIRE(sync < 200);
    CAPTURE(sync);
    World world(keys, static_cast<std::uint64_t>(sync));
    {
      const auto queue = store::Store::open(world.options);
      REQUIRE(queue.has_value());
      world.work(**queue);
    }
    make_older(world, 1);
    world.disk.fail_sync_after(sync);
    const auto queue = store::Store::open(world.options);
    if (!queue) CHECK(queue.error() == store::StoreFault::IoError);
    const bool over = world.disk.syncs_to_fail();
    CHECK_FALSE(world.disk.exists("/disk/queue.db.damaged"));
    if (queue) CHECK((*queue)->findings().salvaged == 0);
    if (over) break;
    const auto again = store::Store::open(world.options);
    REQUIRE(again.has_value());
    CHECK((*again)->findings().salvaged == 0);
  }
}

TEST_CASE("a queue that SQLite cannot read is made anew, through a power cut at every step of it") {
  const Keys keys;
  int made_anew = 0;
  for (int cut = 1;; ++cut) {
    REQUIRE(cut < 2000);
    CAPTURE(cut);
    World world(keys, static_cast<std::uint64_t>(cut));
    {
      const auto queue = store::Store::open(world.options);
      REQUIRE(queue.has_value());
      world.work(**queue);
      for (int number = 0; number < 3; ++number) REQUIRE(world.file(**queue));
      REQUIRE((*queue)->anchor_head().has_value());
    }
    REQUIRE(store::Store::open(world.options).has_value());  // which folds the WAL back
    Bytes damaged = world.disk.image().at("/disk/queue.db");
    std::fill_n(damaged.begin(), 100, std::uint8_t{0});
    world.disk.put("/disk/queue.db", damaged);
    world.disk.cut_after(cut);
    static_cast<void>(store::Store::open(world.options).has_value());
    const bool over = world.disk.powered();
    world.cut();
    {
      const auto queue = store::Store::open(world.options);
      REQUIRE(queue.has_value());
      made_anew += (*queue)->findings().salvaged > 0 ? 1 : 0;
      REQUIRE((*queue)->record_findings().has_value());
    }
    world.check_kept();
    if (over) break;
  }
  CHECK(made_anew > 20);
}

TEST_CASE("a full disk in the middle of a salvage leaves all that there is, and it goes on with room") {
  const Keys keys;
  for (std::size_t room = 0; room < 160'000; room += 4096) {
    CAPTURE(room);
    World world(keys, room);
    {
      const auto queue = store::Store::open(world.options);
      REQUIRE(queue.has_value());
      world.work(**queue);
    }
    REQUIRE(store::Store::open(world.options).has_value());
    Bytes damaged = world.disk.image().at("/disk/queue.db");
    std::fill_n(damaged.begin(), 100, std::uint8_t{0});
    world.disk.put("/disk/queue.db", damaged);
    world.disk.limit_disk_to(world.disk.used() + room);
    static_cast<void>(store::Store::open(world.options).has_value());
    world.disk.limit_disk_to(std::size_t{1} << 40);
    world.cut();
    world.check_kept();
  }
}

TEST_CASE("what several wait for is one write and one sync") {
  const Keys keys;
  World world(keys, 8);
  world.options.wal_pages = 256;
  const auto queue = store::Store::open(world.options);
  REQUIRE(queue.has_value());
  REQUIRE(world.file(**queue));
  const std::uint64_t before = world.disk.operations();
  const auto filed = (*queue)->together([&]() -> Result<void, store::StoreFault> {
    for (int number = 0; number < 8; ++number) CHECK(world.file(**queue));
    return {};
  });
  REQUIRE(filed.has_value());
  CHECK(world.disk.operations() - before == 2);
}

TEST_CASE("of what several wait for, a cut takes all or nothing") {
  const Keys keys;
  int all = 0;
  int none = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    World world(keys, seed);
    world.options.wal_pages = 256;
    {
      const auto queue = store::Store::open(world.options);
      REQUIRE(queue.has_value());
      REQUIRE(world.file(**queue));
      const auto promised = world.promised;
      world.disk.cut_after(2);  // in the sync
      const auto filed = (*queue)->together([&]() -> Result<void, store::StoreFault> {
        for (int number = 0; number < 4; ++number) CHECK(world.file(**queue));
        return {};
      });
      CHECK_FALSE(filed.has_value());
      world.promised = promised;
    }
    world.cut();
    const auto queue = store::Store::open(world.options);
    REQUIRE(queue.has_value());
    const int records = (*queue)->findings().records;
    CHECK((records == 1 || records == 5));
    all += records == 5 ? 1 : 0;
    none += records == 1 ? 1 : 0;
  }
  CHECK(all > 0);
  CHECK(none > 0);
}

TEST_CASE("what was opened is in no file, also when the power went in the middle of erasing it") {
  const Keys keys;
  int erased = 0;
  for (int cut = 1;; ++cut) {
    REQUIRE(cut < 2000);
    CAPTURE(cut);
    World world(keys, static_cast<std::uint64_t>(cut));
    {
      const auto queue = store::Store::open(world.options);
      REQUIRE(queue.has_value());
      REQUIRE(world.file(**queue));
      REQUIRE(world.file(**queue));
      world.disk.cut_after(cut);
      world.work(**queue);
    }
    const bool over = world.disk.powered();
    world.cut();
    world.check_kept();
    const auto queue = store::Store::open(world.options);
    REQUIRE(queue.has_value());
    for (const auto& [sequence, hash] : world.promised) {
      const auto record = (*queue)->record(sequence);
      REQUIRE((record && *record));
      if ((*record)->payload) continue;
      ++erased;
      const Bytes needle(64, (*record)->header.request_id[0]);
      for (const auto& file : world.disk.image()) {
        CAPTURE(file.first);
        const auto& bytes = file.second;
        CHECK(std::search(bytes.begin(), bytes.end(), needle.begin(), needle.end()) == bytes.end());
      }
    }
    if (over) break;
  }
  CHECK(erased > 20);
}

TEST_CASE("a filing is one write and one sync") {
  const Keys keys;
  World world(keys, 6);
  world.options.wal_pages = 256;
  const auto queue = store::Store::open(world.options);
  REQUIRE(queue.has_value());
  REQUIRE(world.file(**queue));  // the first after a fold begins the WAL anew: a header, synced
  for (int number = 0; number < 12; ++number) {
    const std::uint64_t before = world.disk.operations();
    REQUIRE(world.file(**queue));
    CHECK(world.disk.operations() - before == 2);
  }
}

TEST_CASE("filing asks no more of the disk after 90 days offline than on the first") {
  const Keys keys;
  World world(keys, 5);
  world.options.wal_pages = 1024;
  world.options.signing = store::Signing::NoneForTheBenchOnly;
  const auto queue = store::Store::open(world.options);
  REQUIRE(queue.has_value());
  const auto operations_of = [&](int filings) {
    const std::uint64_t before = world.disk.operations();
    for (int number = 0; number < filings; ++number) REQUIRE(world.file(**queue));
    REQUIRE((*queue)->anchor_head().has_value());
    return static_cast<double>(world.disk.operations() - before) / filings;
  };
  const double first = operations_of(1000);
  static_cast<void>(operations_of(7000));
  const double last = operations_of(1000);
  CAPTURE(first);
  CAPTURE(last);
  CHECK(last < first * 1.1);
  CHECK((*queue)->counts()->unsent == 9000);
}

}  // namespace
}  // namespace pishkhan::power_cut
