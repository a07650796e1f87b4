// Faults at every operation: a failed sync, a failed sync and then a cut, a full disk, a disk that takes no
// more writes, an update of the tables. Each run is short; what differs is where it goes wrong.
#include "offline-queue/store/store.h"
#include "tests/power-cut/model_vfs.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <vector>

namespace pishkhan::power_cut {
namespace {

class FixedClock final : public Clock {
 public:
  WallTime wall() const override { return WallTime(std::chrono::seconds(1'795'000'000)); }
  SteadyTime steady() const override { return {}; }
};

/// Made once: keys are slow to make and do not matter here.
struct Keys {
  protocol::SigningKey kiosk = protocol::SigningKey::generate();
  protocol::SigningKey office = protocol::SigningKey::generate();
  protocol::VerifyingKey office_public = office.verifying_key();
};

class World {
 public:
  World(const Keys& keys, std::uint64_t seed)
      : keys_(keys), disk(seed), vfs_(disk, "fault-" + std::to_string(seed)), files_(disk) {
    options.folder = "/disk";
    options.kiosk = 1042;
    options.epoch = 1;
    options.kiosk_key = &keys.kiosk;
    options.ingest_key = &keys.office_public;
    options.cases_key = &keys.office_public;
    options.clock = &clock_;
    options.files = &files_;
    options.vfs = vfs_.name();
    options.wal_pages = 12;
  }

  /// Filings, receipts, anchors, acknowledgements and erasures; stops where the store says that the disk
  /// failed.
  void work(store::Store& queue) {
    for (int round = 0; round < 4; ++round) {
      if (!file(queue) || !file(queue)) return;
      const int last = promised.rbegin()->first;
      if (!queue.record_print(last, protocol::PrintOutcome::Printed) || !queue.anchor_head()) return;
      const auto batch = queue.next_batch(2);
      if (!batch || !*batch) return;
      protocol::StoredWord stored{options.kiosk,
                                  options.epoch,
                                  (*batch)->last_sequence(),
                                  (*batch)->entries.back().record.hash,
                                  clock_.wall(),
                                  {}};
      stored.sign(keys_.office);
      std::vector<protocol::Acknowledgement> opened;
      for (const auto& entry : (*batch)->entries) opened.push_back(accepted(entry.record));
      if (!queue.mark_stored(stored) || !queue.mark_opened(opened) || !queue.purge()) return;
    }
  }

  bool file(store::Store& queue) {
    const auto filed = queue.append(protocol::RecordType::Request, {++id_}, [&](const store::Place&) {
      return std::optional(store::Draft{Bytes(1500, id_), protocol::Hash{id_}, protocol::Hash{id_}});
    });
    if (!filed) return false;
    promised[filed->code.sequence] = filed->record.hash;
    return true;
  }

  /// Opens it and looks for every promise, for false alarms, and whether filing goes on.
  void check_kept() {
    const auto opened = store::Store::open(options);
    REQUIRE(opened.has_value());
    const auto& findings = (*opened)->findings();
    CHECK(findings.damaged.empty());
    CHECK(findings.head_verifies);
    CHECK(findings.anchor == store::Findings::Anchor::Matches);
    for (const auto& [sequence, hash] : promised) {
      const auto record = (*opened)->record(sequence);
      REQUIRE(record.has_value());
      REQUIRE(record->has_value());
      CHECK((*record)->hash == hash);
    }
    CHECK(file(**opened));
  }

  void cut() {
    disk.cut_now();
    disk.restart();
  }

 private:
  protocol::Acknowledgement accepted(const protocol::Record& record) const {
    const protocol::RecordHeader& header = record.header;
    protocol::Acknowledgement word{protocol::Verdict::Accepted,
                                   header.kiosk,
                                   header.epoch,
                                   header.sequence,
                                   header.request_id,
                                   record.hash,
                                   clock_.wall(),
                                   {},
                                   {}};
    word.sign(keys_.office);
    return word;
  }

  const Keys& keys_;
  FixedClock clock_;
  std::uint8_t id_ = 0;

 public:
  ModelDisk disk;

 private:
  ModelVfs vfs_;
  ModelFiles files_;

 public:
  store::Options options;
  std::map<int, protocol::Hash> promised;
};

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

void make_older(const World& world) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2("/disk/queue.db", &database, SQLITE_OPEN_READWRITE, world.options.vfs.c_str()) ==
          SQLITE_OK);
  CHECK(sqlite3_exec(database,
                     "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=FULL;"
                     "DROP TABLE damage; ALTER TABLE identity DROP COLUMN closed; PRAGMA user_version = 1",
                     nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

TEST_CASE("an older queue is brought forward, through a power cut at every step of it") {
  const Keys keys;
  for (int cut = 1;; ++cut) {
    REQUIRE(cut < 2000);
    CAPTURE(cut);
    World world(keys, static_cast<std::uint64_t>(cut));
    {
      const auto queue = store::Store::open(world.options);
      REQUIRE(queue.has_value());
      world.work(**queue);
    }
    make_older(world);
    world.disk.cut_after(cut);
    static_cast<void>(store::Store::open(world.options).has_value());
    const bool over = world.disk.powered();
    world.cut();
    world.check_kept();
    if (over) break;
  }
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
  world.options.wal_pages = 64;
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
  world.options.wal_pages = 256;
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
