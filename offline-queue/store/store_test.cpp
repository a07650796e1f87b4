#include "offline-queue/store/store.h"

#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>

namespace pishkhan::store {
namespace {

using protocol::Verdict;
using testing::World;

TEST_CASE("what was filed is there after a restart, numbered, chained and signed") {
  const World world;
  protocol::Hash previous = protocol::chain_start(1042, 1);
  {
    const auto store = world.open();
    REQUIRE(store);
    for (int id = 1; id <= 20; ++id) {
      const auto filed = World::file(*store, "payload " + std::to_string(id), id);
      REQUIRE(filed.has_value());
      CHECK(filed->code == protocol::TrackingCode{1042, 1, id});
    }
  }
  const auto store = world.open();
  REQUIRE(store);
  CHECK(store->findings().records == 20);
  CHECK(store->findings().damaged.empty());
  CHECK(store->findings().head_verifies);
  for (int sequence = 1; sequence <= 20; ++sequence) {
    const auto record = store->record(sequence);
    REQUIRE(record->has_value());
    CHECK(protocol::follows(previous, **record));
    CHECK(protocol::signed_by(world.kiosk.verifying_key(), **record));
    previous = (*record)->hash;
  }
  CHECK(World::file(*store, "next", 21)->code.sequence == 21);
}

TEST_CASE("the place is known before sealing, and a failed sealing takes no place") {
  const World world;
  const auto store = world.open();
  int offered = 0;
  const auto none = store->append(protocol::RecordType::Request, {}, [&](const Place& place) {
    offered = place.code.sequence;
    return std::optional<Draft>();
  });
  CHECK(none.error() == StoreFault::NotSealed);
  CHECK(offered == 1);
  CHECK(World::file(*store, "sealed", 1)->code.sequence == 1);
}

TEST_CASE("the settings of the design are those of the file") {
  const World world;
  { CHECK(World::file(*world.open(), "one", 1).has_value()); }
  CHECK(world.raw("queue.db-wal").size() > 4U << 20);
  CHECK_FALSE(std::filesystem::exists(world.options.folder / "queue.db-journal"));
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((world.options.folder / "queue.db").c_str(), &database) == SQLITE_OK);
  sqlite3_stmt* row = nullptr;
  sqlite3_prepare_v2(database, "PRAGMA journal_mode", -1, &row, nullptr);
  REQUIRE(sqlite3_step(row) == SQLITE_ROW);
  CHECK(std::string(reinterpret_cast<const char*>(sqlite3_column_text(row, 0))) == "wal");
  sqlite3_finalize(row);
  sqlite3_prepare_v2(database, "SELECT count(*) FROM sqlite_master WHERE type = 'index'", -1, &row, nullptr);
  REQUIRE(sqlite3_step(row) == SQLITE_ROW);
  CHECK(sqlite3_column_int(row, 0) == 0);
  sqlite3_finalize(row);
  sqlite3_close(database);
}

TEST_CASE("only a verified opened acknowledgement erases, and then for good") {
  const World world;
  const std::string canary(5000, 'Q');
  auto store = world.open();
  const auto filed = World::file(*store, canary, 1);
  REQUIRE(World::file(*store, "another", 2).has_value());
  const auto on_disk = [&](const char* file) {
    return world.raw(file).find(canary.substr(0, 400)) != std::string::npos;
  };
  CHECK((on_disk("queue.db") || on_disk("queue.db-wal")));
  auto forged = world.word(filed->record, Verdict::Accepted);
  forged.sign(world.ingest);  // ingest cannot say that something was opened
  auto other_hash = world.word(filed->record, Verdict::Accepted);
  other_hash.hash[0] ^= 1;
  other_hash.sign(world.cases);
  CHECK(store->mark_stored(world.stored_up_to(filed->record)) == 1);
  CHECK(store->mark_opened(std::vector{forged, other_hash}) == 0);
  CHECK(store->mark_opened(std::vector{world.word(filed->record, Verdict::Invalid)}) == 1);
  CHECK(store->counts()->invalid == 1);
  CHECK((*store->record(1))->payload.has_value());
  const std::vector opened{world.word(filed->record, Verdict::Accepted)};
  CHECK(store->mark_opened(opened) == 1);
  CHECK(store->mark_opened(opened) == 1);
  CHECK_FALSE((*store->record(1))->payload.has_value());
  for (const char* file : {"queue.db", "queue.db-wal", "queue.head"}) CHECK_FALSE(on_disk(file));
  store.reset();
  for (const char* file : {"queue.db", "queue.db-wal", "queue.head"}) CHECK_FALSE(on_disk(file));
  store = world.open();
  REQUIRE(store);
  CHECK(store->findings().damaged.empty());
  CHECK(store->findings().head_verifies);
  CHECK(store->counts()->unopened == 1);
}

TEST_CASE("the same again is found until it is opened; the receipt can be asked for within ten minutes") {
  World world;
  const protocol::Hash same = world.random.bytes<32>();
  const protocol::Hash person = world.random.bytes<32>();
  auto store = world.open();
  const auto filed = World::file(*store, "payload", 1, same, person);
  store.reset();  // the power went between commit and receipt
  store = world.open();
  REQUIRE(store->find_unprinted(person)->has_value());
  CHECK((*store->find_unprinted(person))->code == filed->code);
  CHECK((*store->find_duplicate(same))->request_id == filed->request_id);
  CHECK_FALSE(store->find_duplicate(person)->has_value());
  world.clock.now += std::chrono::minutes(9);
  CHECK(store->find_unprinted(person)->has_value());
  REQUIRE(store->record_print(1, protocol::PrintOutcome::Failed).has_value());
  CHECK(store->find_unprinted(person)->has_value());
  world.clock.now += std::chrono::minutes(1);
  CHECK_FALSE(store->find_unprinted(person)->has_value());
  REQUIRE(store->purge().has_value());
  world.clock.now -= std::chrono::minutes(5);
  CHECK_FALSE(store->find_unprinted(person)->has_value());  // gone, not merely hidden
  CHECK(store->find_duplicate(same)->has_value());
  CHECK(store->mark_opened(std::vector{world.word(filed->record, Verdict::Accepted)}) == 1);
  CHECK_FALSE(store->find_duplicate(same)->has_value());
  world.clock.now += std::chrono::minutes(6);
  REQUIRE(store->purge().has_value());
  for (const char* file : {"queue.db", "queue.db-wal"}) {
    CHECK(world.raw(file).find(std::string(as_text(same))) == std::string::npos);
  }
}

TEST_CASE("what the number on a receipt is made with is kept until it is printed or ten minutes are over") {
  World world;
  std::vector<protocol::ReceiptSalt> salts;
  const auto file = [&](Store& store) {
    salts.push_back(world.random.bytes<16>());
    return store.append(protocol::RecordType::Request, world.random.bytes<16>(), [&](const Place&) {
      return std::optional(Draft{Bytes(900, 1), std::nullopt, std::nullopt, salts.back()});
    });
  };
  const auto on_disk = [&](const protocol::ReceiptSalt& salt) {
    for (const char* name : {"queue.db", "queue.db-wal", "queue.head"})
      if (world.raw(name).find(as_text(salt)) != std::string::npos) return true;
    return false;
  };
  auto store = world.open();
  for (int number = 0; number < 3; ++number) REQUIRE(file(*store).has_value());
  store.reset();
  store = world.open();  // the power went before any of them was printed
  for (int sequence = 1; sequence <= 3; ++sequence) {
    const auto& salt = salts[static_cast<std::size_t>(sequence) - 1];
    CHECK(store->receipt_salt(sequence) == std::optional(salt));
    CHECK(on_disk(salt));
  }
  REQUIRE(store->record_print(1, protocol::PrintOutcome::Printed).has_value());
  REQUIRE(store->record_print(2, protocol::PrintOutcome::Failed).has_value());
  CHECK(store->receipt_salt(1)->has_value() == false);
  CHECK(store->receipt_salt(2) == std::optional(salts[1]));
  REQUIRE(store->purge().has_value());
  CHECK_FALSE(on_disk(salts[0]));
  CHECK(on_disk(salts[1]));
  CHECK(store->receipt_salt(2) == std::optional(salts[1]));
  world.clock.now += std::chrono::minutes(10);
  CHECK_FALSE(store->receipt_salt(2)->has_value());
  REQUIRE(store->purge().has_value());
  for (const auto& salt : salts) CHECK_FALSE(on_disk(salt));

  // The program ends between the printing and the next purge: opening erases.
  REQUIRE(file(*store).has_value());
  REQUIRE(store->record_print(6, protocol::PrintOutcome::Printed).has_value());
  store.reset();
  store = world.open();
  CHECK_FALSE(on_disk(salts.back()));
  CHECK_FALSE(store->receipt_salt(6)->has_value());
  CHECK_FALSE(store->receipt_salt(99)->has_value());
}

TEST_CASE("a printed receipt ends the recovery, and the print is in the chain") {
  World world;
  const protocol::Hash person = world.random.bytes<32>();
  const auto store = world.open();
  REQUIRE(World::file(*store, "payload", 1, std::nullopt, person).has_value());
  REQUIRE(store->record_print(1, protocol::PrintOutcome::Printed).has_value());
  CHECK_FALSE(store->find_unprinted(person)->has_value());
  const auto record = *store->record(2);
  REQUIRE(record.has_value());
  CHECK(record->header.type == protocol::RecordType::PrintOutcome);
  CHECK(protocol::PrintReport::parse(*record->payload) ==
        protocol::PrintReport{1, protocol::PrintOutcome::Printed});
  CHECK(store->record_print(2, protocol::PrintOutcome::Printed).error() == StoreFault::UnknownRecord);
  CHECK(store->record_print(9, protocol::PrintOutcome::Printed).error() == StoreFault::UnknownRecord);
}

TEST_CASE("little room is told before anything is typed") {
  World world;
  const auto store = world.open();
  CHECK(store->room() == Room::Enough);
  world.files.free = world.options.low_room_bytes - 1;
  CHECK(store->room() == Room::Low);
  for (int id = 1; id <= 20; ++id) REQUIRE(World::file(*store, std::string(9000, 'a'), id).has_value());
  world.files.free = world.options.low_room_bytes + 100'000;  // not enough to make the queue anew beside itself
  CHECK(store->room() == Room::Low);
  world.files.free += 400'000;
  CHECK(store->room() == Room::Enough);
  world.files.free = world.options.least_room_bytes - 1;
  CHECK(store->room() == Room::TooLittle);
}

TEST_CASE("the queue has a budget of its own, warned of before it is used up, and erasing gives back") {
  World world;
  world.options.budget_bytes = 400 << 10;
  const auto store = world.open();
  CHECK(store->room() == Room::Enough);
  int id = 0;
  const auto fill_until = [&](Room room) {
    while (id < 200 && store->room() != room)
      REQUIRE(World::file(*store, std::string(8000, 'b'), ++id).has_value());
    return id;
  };
  const int warned = fill_until(Room::Low);
  const int used_up = fill_until(Room::TooLittle);
  CHECK(warned > 20);
  CHECK(used_up >= warned + 5);
  CHECK(used_up < 60);
  const auto usage = store->usage();
  REQUIRE(usage.has_value());
  CHECK(usage->queue_bytes >= usage->budget_bytes);
  CHECK(usage->budget_bytes == world.options.budget_bytes);
  // What had begun before is filed all the same.
  CHECK(World::file(*store, "begun before it was used up", ++id).has_value());
  store->set_limits({world.options.low_room_bytes, world.options.least_room_bytes, 4 << 20});
  CHECK(store->room() == Room::Enough);
  store->set_limits({std::uint64_t{1} << 62, std::uint64_t{1} << 61, 4 << 20});
  CHECK(store->room() == Room::TooLittle);
  store->set_limits({world.options.low_room_bytes, world.options.least_room_bytes, world.options.budget_bytes});
  std::vector<protocol::Acknowledgement> words;
  for (int sequence = 1; sequence <= used_up / 2; ++sequence) {
    words.push_back(world.word(**store->record(sequence), Verdict::Accepted));
  }
  CHECK(store->mark_opened(words) == used_up / 2);
  CHECK(store->room() == Room::Enough);
}

TEST_CASE("what has no receipt yet is known after a restart, also when its print is opened and erased") {
  World world;
  auto store = world.open();
  for (int id = 1; id <= 3; ++id) {
    REQUIRE(World::file(*store, "payload", id, std::nullopt, world.random.bytes<32>()).has_value());
    world.clock.now += std::chrono::minutes(1);
  }
  REQUIRE(store->record_print(2, protocol::PrintOutcome::Printed).has_value());
  REQUIRE(store->record_print(3, protocol::PrintOutcome::Failed).has_value());
  std::vector<protocol::Acknowledgement> words;
  for (int sequence = 1; sequence <= 5; ++sequence) {
    words.push_back(world.word(**store->record(sequence), Verdict::Accepted));
  }
  CHECK(store->mark_opened(words) == 5);
  const auto sequences = [&store] {
    std::vector<int> result;
    for (const Unprinted& one : store->unprinted()) result.push_back(one.sequence);
    return result;
  };
  CHECK(sequences() == std::vector{1, 3});
  store.reset();
  store = world.open();
  CHECK(sequences() == std::vector{1, 3});
  CHECK(store->unprinted().front().until == world.clock.now + std::chrono::minutes(7));
  world.clock.now += std::chrono::minutes(7);
  CHECK(sequences() == std::vector{3});
  REQUIRE(store->purge().has_value());
  // A clock that jumps, back or ahead, brings nothing again and keeps nothing for longer.
  world.clock.now -= std::chrono::hours(5);
  CHECK(sequences().empty());
  world.clock.now += std::chrono::hours(30);
  CHECK(sequences().empty());
  REQUIRE(store->purge().has_value());
  CHECK(World::file(*store, "after the jumps", 9)->code.sequence == 6);
}

TEST_CASE("another process finds it locked") {
  const World world;
  const auto store = world.open();
  REQUIRE(store);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto second = Store::open(world.options);
    ::_exit(!second && second.error() == StoreFault::Locked ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace pishkhan::store
