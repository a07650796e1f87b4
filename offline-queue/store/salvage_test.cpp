#include "offline-queue/store/schema.h"
#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>

namespace pishkhan::store {
namespace {

using testing::World;

void fill(const World& world, int count, std::size_t payload_bytes = 700) {
  {
    const auto store = world.open();
    REQUIRE(store);
    for (int id = 1; id <= count; ++id) {
      REQUIRE(
          World::file(*store, std::string(payload_bytes, static_cast<char>('a' + id % 26)), id).has_value());
    }
    REQUIRE(store->anchor_head().has_value());
  }
  REQUIRE(world.open());  // which folds the WAL back, so that all is in the database
}

bool is_there(const World& world, const char* name) {
  return std::filesystem::exists(world.options.folder / name);
}

void destroy(const World& world, const char* file, std::size_t offset, std::size_t count) {
  std::string bytes = world.raw(file);
  REQUIRE(offset + count <= bytes.size());
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, '\0');
  world.put_raw(file, bytes);
}

std::string letters(int count) {
  return std::string(static_cast<std::size_t>(count), 'w');
}

TEST_CASE("whichever bit of the database's head has flipped: every record goes out whole, and filing goes on") {
  const World world;
  fill(world, 5, 300);
  const std::string database = world.raw("queue.db");
  const std::string wal = world.raw("queue.db-wal");
  const std::string head = world.raw("queue.head");
  // Behind SQLite's name for itself; bytes 72 to 91 are for later and mean nothing.
  for (std::size_t bit = 15UL * 8; bit < 100UL * 8; ++bit) {
    if (bit / 8 == 72) bit = 92UL * 8;
    CAPTURE(bit);
    std::string changed = database;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    for (const auto& file : std::filesystem::directory_iterator(world.options.folder)) std::filesystem::remove(file);
    world.put_raw("queue.db", changed);
    world.put_raw("queue.db-wal", wal);
    world.put_raw("queue.head", head);
    const auto store = world.open();
    CHECK(store);
    if (!store) continue;
    CHECK(World::file(*store, "goes on", 6).has_value());
    CHECK(world.send_all(*store) == letters(6));
  }
}

TEST_CASE("a database without a head is made anew, told, sent, and the damaged one goes when all is opened") {
  for (const std::size_t payload_bytes : {300U, 4000U, 20'000U}) {
    CAPTURE(payload_bytes);
    const World world;
    fill(world, 7, payload_bytes);
    destroy(world, "queue.db", 0, 100);
    auto store = world.open();
    REQUIRE(store);
    CHECK(store->findings().salvaged == 7);
    CHECK(store->findings().damaged.empty());
    CHECK(store->findings().anchor == Findings::Anchor::Matches);
    CHECK(is_there(world, "queue.db.damaged"));
    store.reset();
    store = world.open();  // the power went before it was told
    REQUIRE(store);
    CHECK(store->findings().salvaged == 7);
    REQUIRE(store->record_findings().has_value());
    const auto entry = store->record(8);
    REQUIRE((entry && *entry));
    CHECK(protocol::AuditEntry::parse(*(*entry)->payload) ==
          protocol::AuditEntry{protocol::AuditKind::QueueSalvaged, 7});
    store.reset();
    store = world.open();
    CHECK(store->findings().salvaged == 0);
    REQUIRE(store->record_findings().has_value());
    CHECK(world.send_all(*store) == letters(8));
    REQUIRE(store->purge().has_value());
    CHECK(is_there(world, "queue.db.damaged"));
    std::vector<protocol::Acknowledgement> words;
    for (int sequence = 1; sequence <= 8; ++sequence) {
      words.push_back(world.word(**store->record(sequence), protocol::Verdict::Accepted));
    }
    CHECK(store->mark_opened(words) == 8);
    REQUIRE(store->purge().has_value());
    CHECK_FALSE(is_there(world, "queue.db.damaged"));
    CHECK_FALSE(is_there(world, "queue.db-wal.damaged"));
    CHECK(World::file(*store, "goes on", 9)->code.sequence == 9);
  }
}

TEST_CASE("what was only in the WAL is saved when the database itself is gone or empty") {
  for (const bool gone : {true, false}) {
    CAPTURE(gone);
    const World world;
    {
      const auto store = world.open();
      for (int id = 1; id <= 5; ++id) REQUIRE(World::file(*store, "payload", id).has_value());
      REQUIRE(store->anchor_head().has_value());
    }
    if (gone) {
      std::filesystem::remove(world.options.folder / "queue.db");
    } else {
      world.put_raw("queue.db", "");
    }
    destroy(world, "queue.db-wal", 0, 32);  // nor does the WAL make sense any more
    const auto store = world.open();
    REQUIRE(store);
    CHECK(store->findings().salvaged == 5);
    CHECK(world.send_all(*store) == letters(5));
  }
}

TEST_CASE("whichever page is destroyed, the records of all the others are sent") {
  const World world;
  constexpr int count = 40;
  fill(world, count);
  const std::string whole = world.raw("queue.db");
  const std::string wal = world.raw("queue.db-wal");
  const std::string head = world.raw("queue.head");
  int salvaged = 0;
  for (std::size_t page = 0; page * page_bytes < whole.size(); ++page) {
    CAPTURE(page);
    world.put_raw("queue.db", whole);
    world.put_raw("queue.db-wal", wal);
    world.put_raw("queue.head", head);
    for (const char* aside : {"queue.db.damaged", "queue.db-wal.damaged"}) {
      std::filesystem::remove(world.options.folder / aside);
    }
    destroy(world, "queue.db", page * page_bytes, page_bytes);
    const auto store = world.open();
    REQUIRE(store);
    salvaged += store->findings().salvaged > 0 ? 1 : 0;
    const std::string sent = world.send_all(*store);
    CAPTURE(sent);
    // Four rows a page, of 700 bytes of payload each.
    CHECK(std::count(sent.begin(), sent.end(), 'w') >= count - 5);
    CHECK(sent.find('?') == std::string::npos);
    CHECK(sent.find('!') == std::string::npos);
    const bool at_the_end = store->findings().anchor == Findings::Anchor::Truncated;
    CHECK(World::file(*store, "goes on", 99).has_value() == !at_the_end);
  }
  CHECK(salvaged > 10);
}

TEST_CASE("a file that was cut off keeps what is before the cut") {
  const World world;
  fill(world, 40);
  const std::string whole = world.raw("queue.db");
  world.put_raw("queue.db", whole.substr(0, whole.size() / 2 + 1234));
  const auto store = world.open();
  REQUIRE(store);
  const int saved = store->findings().salvaged;
  CHECK(saved > 4);
  CHECK(saved < 40);
  CHECK(store->findings().anchor == Findings::Anchor::Truncated);
  CHECK(world.send_all(*store) == letters(saved));
  CHECK(World::file(*store, "more", 50).error() == StoreFault::ChainBroken);
  CHECK(store->record_findings().error() == StoreFault::ChainBroken);
}

TEST_CASE("records of an older version, without the hash before them, are saved, too") {
  const World world;
  fill(world, 6);
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((world.options.folder / "queue.db").c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database,
                       "ALTER TABLE entry DROP COLUMN previous; PRAGMA user_version = 2;"
                       "PRAGMA wal_checkpoint(TRUNCATE)",
                       nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
  destroy(world, "queue.db", 0, 16);
  const auto store = world.open();
  REQUIRE(store);
  CHECK(store->findings().salvaged == 6);
  CHECK(world.send_all(*store) == letters(6));
}

TEST_CASE("of two records for one place, the one that the chain has is saved") {
  bool anchored = true;
  SUBCASE("which the head file names") {}
  SUBCASE("which the next record follows") {
    anchored = false;
  }
  const World world;
  fill(world, 3);
  const std::string database = world.raw("queue.db");
  const std::string head = world.raw("queue.head");
  REQUIRE(World::file(*world.open(), "was never told", 4).has_value());
  REQUIRE(world.open());
  world.put_raw("queue.db.damaged", world.raw("queue.db"));
  world.put_raw("queue.db", database);
  world.put_raw("queue.head", head);
  std::filesystem::remove(world.options.folder / "queue.db-wal");
  protocol::Hash told{};
  {
    const auto store = world.open();
    const auto filed = World::file(*store, "was told", 5);
    REQUIRE(filed.has_value());
    told = filed->record.hash;
    REQUIRE(World::file(*store, "goes on", 6).has_value());
    if (anchored) REQUIRE(store->anchor_head().has_value());
  }
  destroy(world, "queue.db", 0, 100);
  destroy(world, "queue.db-wal", 0, 32);
  const auto store = world.open();
  REQUIRE(store);
  CHECK(store->findings().anchor == Findings::Anchor::Matches);
  CHECK((*store->record(4))->hash == told);
  CHECK(store->last_sequence() == 5);
}

TEST_CASE("a record of the largest size is put together although one of its pages has a newer version") {
  const World world;
  fill(world, 1, 65'400);
  const std::string database = world.raw("queue.db");
  const std::string head = world.raw("queue.head");
  const int pages = static_cast<int>(database.size() / page_bytes);
  REQUIRE(pages > 60);
  for (int page = 2; page <= pages; page += 5) {
    CAPTURE(page);
    for (const auto& file : std::filesystem::directory_iterator(world.options.folder)) std::filesystem::remove(file);
    // As another row's page, which a commit that never ended left in the WAL.
    std::string wal(32, '\0');
    wal += std::string(3, '\0') + static_cast<char>(page) + std::string(20, '\0') + std::string(page_bytes, 'z');
    world.put_raw("queue.db", database);
    world.put_raw("queue.db-wal", wal);
    world.put_raw("queue.head", head);
    destroy(world, "queue.db", 0, 100);
    const auto store = world.open();
    REQUIRE(store);
    CHECK(world.send_all(*store) == "w");
  }
}

TEST_CASE("a record under a number that is far from its own is put back, and opening comes to an end") {
  // One bit of the number, as it lies in the file: the next place, far ahead, and beyond all numbers there are.
  for (const std::int64_t number : {13LL, 76LL, 524'300LL, 268'435'468LL, 36'028'797'018'963'980LL}) {
    CAPTURE(number);
    const World world;
    fill(world, 12);
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((world.options.folder / "queue.db").c_str(), &database) == SQLITE_OK);
    const std::string sql = "UPDATE entry SET seq = " + std::to_string(number) + " WHERE seq = 12";
    CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    const auto store = world.open();
    REQUIRE(store);
    CHECK(store->findings().salvaged == 12);
    CHECK(store->findings().last_sequence == 12);
    CHECK(store->findings().damaged.empty());
    CHECK(store->findings().anchor == Findings::Anchor::Matches);
    CHECK(world.send_all(*store) == letters(12));
  }
}

TEST_CASE("where nothing verifies, the files are left as they were found") {
  const World world;
  fill(world, 3);
  const std::string noise(page_bytes * 6, 'x');
  world.put_raw("queue.db", noise);
  world.put_raw("queue.db-wal", "");
  CHECK(Store::open(world.options).error() == StoreFault::Damaged);
  CHECK(world.raw("queue.db") == noise);
  CHECK_FALSE(is_there(world, "queue.db.damaged"));
}

TEST_CASE("a database that contradicts itself only where nothing is read at start is found on request") {
  World world;
  fill(world, 12);
  // Page 5 is the root of `pending`, empty here: filing comes to it, opening hardly.
  std::string bytes = world.raw("queue.db");
  for (std::size_t page = 1; page * page_bytes < bytes.size(); ++page) {
    bytes[page * page_bytes + 1] = static_cast<char>(0x7F);  // the first free block lies nowhere
  }
  world.put_raw("queue.db", bytes);
  world.options.look = Look::AtEveryPage;
  const auto store = world.open();
  REQUIRE(store);
  CHECK(store->findings().salvaged == 12);
  CHECK(world.send_all(*store) == letters(12));
}

}  // namespace
}  // namespace pishkhan::store
