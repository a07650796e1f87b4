// Reads that fail, at every index of opening, filing, sending and hearing what became of it. What cannot be
// read now is neither lost nor damaged, and nobody may be told that it is.
#include "tests/power-cut/fault_world.h"

#include <doctest/doctest.h>

#include <array>
#include <set>

namespace pishkhan::power_cut {
namespace {

using ReadFault = ModelDisk::ReadFault;
using store::StoreFault;

/// All that the kiosk asks of its queue, on a disk whose reads fail.
class Reading : public World {
 public:
  using World::World;

  bool open() {
    queue_.reset();  // it has the file
    auto opened = store::Store::open(options);
    if (!fine(opened)) return false;
    queue_ = std::move(*opened);
    const auto& findings = queue_->findings();
    CHECK(findings.damaged.empty());
    CHECK(findings.head_verifies);
    CHECK(findings.salvaged == 0);
    CHECK(findings.anchor == store::Findings::Anchor::Matches);
    return fine(queue_->record_findings());
  }

  /// Files, prints, sends and hears; goes on after a fault, as the kiosk does.
  void live(int filings, std::size_t payload_bytes) {
    for (int number = 0; number < filings; ++number) {
      if (!file_and_print(payload_bytes) && !open()) return;
      static_cast<void>(fine(queue_->anchor_head()));
      send();
      hear();
      static_cast<void>(fine(queue_->find_duplicate(protocol::Hash{1})));
      static_cast<void>(fine(queue_->find_unprinted(protocol::Hash{2})));
      static_cast<void>(fine(queue_->counts()));
      static_cast<void>(fine(queue_->purge()));
    }
  }

  /// On a sound disk again: what was promised is there, and goes to the backend whole and in order.
  void check_nothing_lost() {
    queue_.reset();
    disk.read_again();
    check_kept();
    const int faults_before = faults;
    REQUIRE(open());
    for (const auto& [sequence, hash] : promised) {
      const auto record = queue_->record(sequence);
      REQUIRE((record && *record));
      CHECK((*record)->hash == hash);
      if (!told_.contains(sequence)) CHECK((*record)->payload.has_value());
    }
    while (*queue_->first_unsent() <= queue_->last_sequence()) {
      const int first = *queue_->first_unsent();
      send();
      REQUIRE(*queue_->first_unsent() > first);
    }
    // A round of words only: erasing a large backlog each time would take long and show nothing more.
    hear();
    CHECK(queue_->counts()->unsent == 0);
    CHECK(faults == faults_before);
  }
  int faults = 0;
  int batch_limit = 8;

 private:
  /// Whether it went well; else the fault must be the disk's, and not a word about what lies on it.
  template <class T>
  bool fine(const Result<T, StoreFault>& result) {
    if (result) return true;
    ++faults;
    CHECK(result.error() == StoreFault::IoError);
    return false;
  }

  bool file_and_print(std::size_t payload_bytes) {
    const auto filed = try_file(*queue_, payload_bytes);
    if (!fine(filed)) return false;
    return fine(queue_->record_print(filed->code.sequence, protocol::PrintOutcome::Printed));
  }

  void send() {
    const auto batch = queue_->next_batch(batch_limit);
    if (!fine(batch) || !*batch) return;
    for (const auto& entry : (*batch)->entries) CHECK(entry.kind == protocol::EntryKind::Whole);
    static_cast<void>(fine(
        queue_->mark_stored(stored_up_to((*batch)->last_sequence(), (*batch)->entries.back().record.hash))));
  }

  void hear() {
    const auto unopened = queue_->unopened(0, batch_limit);
    if (!fine(unopened)) return;
    std::vector<protocol::Acknowledgement> words;
    for (const int sequence : *unopened) {
      const auto record = queue_->record(sequence);
      if (!fine(record)) return;
      REQUIRE(record->has_value());
      words.push_back(accepted(**record));
      told_.insert(sequence);
    }
    const auto taken = queue_->mark_opened(words);
    if (fine(taken)) CHECK(*taken == static_cast<int>(words.size()));
  }

  std::unique_ptr<store::Store> queue_;
  std::set<int> told_;  ///< which it was told are opened, so that it may have erased them
};

/// `filings` waiting requests, switched off.
std::unique_ptr<World> waiting(const Keys& keys, int filings, std::size_t payload_bytes, int wal_pages = 12) {
  auto world = std::make_unique<World>(keys, 1);
  world->options.wal_pages = wal_pages;
  const auto queue = store::Store::open(world->options);
  REQUIRE(queue.has_value());
  for (int number = 0; number < filings; ++number) REQUIRE(world->file(**queue, payload_bytes));
  REQUIRE((*queue)->anchor_head().has_value());
  return world;
}

/// Runs `day` with a failing read at each of its reads, each time on a copy of that disk. Returns how many
/// there are.
template <class Day>
int at_every_read(const Keys& keys, const World& before, const Day& day) {
  int read = 1;
  for (const ReadFault fault : {ReadFault::Once, ReadFault::Every}) {
    int faults = 0;
    read = 1;
    for (bool over = false; !over; ++read) {
      REQUIRE(read < 2000);
      CAPTURE(read);
      CAPTURE(static_cast<int>(fault));
      Reading world(keys, 2);
      world.options.wal_pages = before.options.wal_pages;
      world.continue_from(before);
      day(world, [&world, read, fault] { world.disk.fail_read_after(read, fault); });
      over = world.disk.reads_to_fail();
      world.check_nothing_lost();
      faults += world.faults;
    }
    CHECK(faults > 10);
  }
  return read;
}

TEST_CASE(
    "a read that fails while the queue is opened or works loses nothing, and nothing is said to be lost") {
  const Keys keys;
  const auto before = waiting(keys, 10, 1500);
  const int reads = at_every_read(keys, *before, [](Reading& world, const auto& spoil) {
    spoil();
    if (world.open()) world.live(3, 1500);
  });
  CHECK(reads > 20);
}

TEST_CASE("nor does one behind a backlog that no longer fits into memory") {
  const Keys keys;
  // SQLite keeps 2 MB of pages.
  const auto before = waiting(keys, 40, 60'000, 1024);
  const int reads = at_every_read(keys, *before, [](Reading& world, const auto& spoil) {
    REQUIRE(world.open());
    world.batch_limit = 2;
    spoil();
    world.live(1, 1500);
    world.batch_limit = 16;
  });
  CHECK(reads > 40);
}

TEST_CASE("a queue that is looked at page by page and cannot be read is not taken for a damaged one") {
  const Keys keys;
  const auto before = waiting(keys, 10, 1500);
  at_every_read(keys, *before, [](Reading& world, const auto& spoil) {
    world.options.look = store::Look::AtEveryPage;
    spoil();
    static_cast<void>(world.open());
    world.options.look = store::Look::AtTheChain;
  });
}

TEST_CASE("a salvage in which a read fails leaves all that there is, and is done with the next opening") {
  const Keys keys;
  const auto before = waiting(keys, 10, 1500);
  Bytes damaged = before->disk.image().at("/disk/queue.db");
  std::fill_n(damaged.begin(), 100, std::uint8_t{0});
  before->disk.put("/disk/queue.db", damaged);
  for (const ReadFault fault : {ReadFault::Once, ReadFault::Every}) {
    int faults = 0;
    for (int read = 1;; ++read) {
      REQUIRE(read < 2000);
      CAPTURE(read);
      Reading world(keys, 2);
      world.continue_from(*before);
      world.disk.fail_read_after(read, fault);
      const auto opened = store::Store::open(world.options);
      if (!opened) CHECK(opened.error() == StoreFault::IoError);
      faults += opened ? 0 : 1;
      const bool over = world.disk.reads_to_fail();
      world.disk.read_again();
      world.check_kept();
      if (over) break;
    }
    CHECK(faults > 5);
  }
}

}  // namespace
}  // namespace pishkhan::power_cut
