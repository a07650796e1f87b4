#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

namespace pishkhan::store {
namespace {

using testing::World;

void execute(const World& world, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((world.options.folder / "queue.db").c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

void fill(const World& world, int count) {
  const auto store = world.open();
  REQUIRE(store);
  for (int id = 1; id <= count; ++id) REQUIRE(World::file(*store, std::string(300, 'a'), id).has_value());
  REQUIRE(store->anchor_head().has_value());
}

TEST_CASE("a newer database is refused and left as it was") {
  const World world;
  fill(world, 3);
  execute(world, "ALTER TABLE entry ADD COLUMN what_we_do_not_know BLOB; PRAGMA user_version = 99;"
                 "PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string before = world.raw("queue.db");
  CHECK(Store::open(world.options).error() == StoreFault::NewerSchema);
  CHECK(world.raw("queue.db") == before);
}

TEST_CASE("another kiosk's or epoch's database, no database and somebody else's are told apart") {
  World world;
  fill(world, 1);
  world.options.epoch = 2;
  CHECK(Store::open(world.options).error() == StoreFault::WrongEpoch);
  world.put_raw("queue.db", std::string(8192, 'x'));
  std::filesystem::remove(world.options.folder / "queue.db-wal");
  CHECK(Store::open(world.options).error() == StoreFault::Damaged);
  std::filesystem::remove(world.options.folder / "queue.db");
  execute(world, "CREATE TABLE notes(words TEXT)");
  CHECK(Store::open(world.options).error() == StoreFault::Unreadable);
  world.options.folder /= "nowhere";
  CHECK(Store::open(world.options).error() == StoreFault::Unreadable);
}

TEST_CASE("a chain cut off behind its anchor is noticed, sent, and not written on") {
  const World world;
  fill(world, 5);
  execute(world, "DELETE FROM entry WHERE seq >= 4");
  const auto store = world.open();
  REQUIRE(store);
  CHECK(store->findings().anchor == Findings::Anchor::Truncated);
  CHECK(store->findings().damaged.empty());
  CHECK(world.send_all(*store) == "www");
  CHECK(World::file(*store, "more", 9).error() == StoreFault::ChainBroken);
}

TEST_CASE("an old disk that was put back and written on is noticed") {
  const World world;
  fill(world, 3);
  const std::string database = world.raw("queue.db");
  const std::string wal = world.raw("queue.db-wal");
  const std::string head = world.raw("queue.head");
  REQUIRE(World::file(*world.open(), "the true fourth", 4).has_value());
  REQUIRE(world.open()->anchor_head().has_value());
  const std::string true_head = world.raw("queue.head");
  world.put_raw("queue.db", database);
  world.put_raw("queue.db-wal", wal);
  world.put_raw("queue.head", head);
  REQUIRE(World::file(*world.open(), "another fourth", 5).has_value());
  world.put_raw("queue.head", true_head);
  const auto store = world.open();
  CHECK(store->findings().anchor == Findings::Anchor::Forked);
  CHECK(World::file(*store, "more", 9).error() == StoreFault::ChainBroken);
}

TEST_CASE("a head file that is gone or damaged is told") {
  const World world;
  fill(world, 2);
  CHECK(world.open()->findings().anchor == Findings::Anchor::Matches);
  world.put_raw("queue.head", std::string(700, 'z'));
  CHECK(world.open()->findings().anchor == Findings::Anchor::Damaged);
  std::filesystem::remove(world.options.folder / "queue.head");
  const auto store = world.open();
  CHECK(store->findings().anchor == Findings::Anchor::Missing);
  CHECK(World::file(*store, "goes on", 3).has_value());
}

TEST_CASE("a changed record is found; what is left of it goes as a link, and those behind it go whole") {
  struct Damage {
    const char* sql;
    const char* sent;
  };
  for (const Damage& damage : {
           Damage{"UPDATE entry SET payload = x'00' WHERE seq = 3", "wwnwww"},
           Damage{"UPDATE entry SET header = zeroblob(70) WHERE seq = 3", "ww-hwww"},
           Damage{"UPDATE entry SET header = zeroblob(70), signature = zeroblob(64) WHERE seq = 3", "ww-hwww"},
           Damage{"UPDATE entry SET header = zeroblob(70), hash = x'01' WHERE seq = 3", "ww-hwww"},
           Damage{"UPDATE entry SET hash = x'01' WHERE seq = 3", "wwwwww"},
           Damage{"UPDATE entry SET signature = zeroblob(64), payload = x'00' WHERE seq = 3", "wwnwww"},
           Damage{"DELETE FROM entry WHERE seq = 3", "ww-hwww"},
           Damage{"DELETE FROM entry WHERE seq IN (1, 2)", "l-hwwww"},
           Damage{"UPDATE entry SET signature = zeroblob(64) WHERE seq = 2; DELETE FROM entry WHERE seq = 3",
                  "w-l-hwww"},
           Damage{"DELETE FROM entry WHERE seq IN (3, 4)", "ww-l-hww"},
           // As an older version wrote it, without the hash before it.
           Damage{"UPDATE entry SET previous = NULL; DELETE FROM entry WHERE seq = 3", "ww-l-hww"},
           Damage{"UPDATE entry SET payload = x'00', signature = zeroblob(64) WHERE seq < 3;"
                  "DELETE FROM entry WHERE seq = 3",
                  "ll-hwww"},
       }) {
    CAPTURE(damage.sql);
    const World world;
    fill(world, 6);
    execute(world, damage.sql);
    const auto store = world.open();
    REQUIRE(store);
    CHECK(store->findings().head_verifies);
    CHECK(world.send_all(*store) == damage.sent);
    CHECK(store->first_unsent() == 7);
    CHECK(store->counts()->unsent == 0);
    CHECK(World::file(*store, "goes on", 9).has_value());
    CHECK(world.send_all(*store) == "w");
  }
}

TEST_CASE("what went as lost or as a link gets the backend's word, too, so that nothing waits for ever") {
  const World world;
  fill(world, 6);
  execute(world, "UPDATE entry SET payload = x'00', signature = zeroblob(64) WHERE seq < 3;"
                 "DELETE FROM entry WHERE seq = 3");
  const auto store = world.open();
  REQUIRE(store);
  std::vector<protocol::Acknowledgement> words;
  for (auto batch = store->next_batch(64); batch && *batch; batch = store->next_batch(64)) {
    for (const auto& entry : (*batch)->entries) {
      const bool whole = entry.kind == protocol::EntryKind::Whole;
      words.push_back(world.word(entry.record, whole ? protocol::Verdict::Accepted : protocol::Verdict::Missing));
    }
    REQUIRE(store->mark_stored(world.stored_up_to((*batch)->entries.back().record)).has_value());
  }
  REQUIRE(words.size() == 6);  // "ll-hwww"
  // A place that was given up cannot be accepted: nobody had it.
  protocol::Acknowledgement accepted = words.front();
  accepted.verdict = protocol::Verdict::Accepted;
  accepted.sign(world.cases);
  CHECK(store->mark_opened(std::vector{accepted}) == 0);
  CHECK(store->mark_opened(words) == 6);
  CHECK(store->unopened(0, 64)->empty());
  CHECK(store->counts()->missing == 3);
  CHECK_FALSE(store->findings().restored);
}

TEST_CASE("what is damaged after the store was opened is found when it is sent") {
  const World world;
  fill(world, 3);
  const auto store = world.open();
  REQUIRE(store);
  CHECK(world.send_all(*store, 1) == "w-w-w");
  const auto filed = World::file(*store, "the fourth", 4);
  REQUIRE(filed.has_value());
  protocol::Acknowledgement missing = world.word(filed->record, protocol::Verdict::Missing);
  CHECK(world.send_all(*store) == "w");
  CHECK(store->mark_opened(std::vector{missing}) == 1);
  CHECK(store->counts()->missing == 1);
  CHECK((*store->record(4))->payload.has_value());
  // The content came after all, from a copy of the disk.
  CHECK(store->mark_opened(std::vector{world.word(filed->record, protocol::Verdict::Accepted)}) == 1);
  CHECK(store->counts()->missing == 0);
}

TEST_CASE("findings are written into the chain once, where it goes on") {
  const World world;
  fill(world, 4);
  execute(world, "UPDATE entry SET payload = x'00' WHERE seq = 2");
  std::filesystem::remove(world.options.folder / "queue.head");
  for (int look = 0; look < 3; ++look) {
    const auto store = world.open();
    REQUIRE(store);
    REQUIRE(store->record_findings().has_value());
    REQUIRE(store->record_findings().has_value());
    CHECK(store->counts()->unsent == 6);
    const auto entry = [&](int sequence) {
      const auto record = store->record(sequence);
      REQUIRE((record && *record));
      CHECK((*record)->header.type == protocol::RecordType::Audit);
      return protocol::AuditEntry::parse(*(*record)->payload);
    };
    CHECK(entry(5) == protocol::AuditEntry{protocol::AuditKind::RecordDamaged, 2});
    CHECK(entry(6) == protocol::AuditEntry{protocol::AuditKind::HeadFileMissing, 4});
  }
  execute(world, "DELETE FROM entry WHERE seq = 6");
  const auto store = world.open();
  CHECK(store->findings().anchor == Findings::Anchor::Truncated);
  CHECK(store->record_audit({protocol::AuditKind::HeadFileDamaged, 1}).error() == StoreFault::ChainBroken);
}

TEST_CASE("a chain with another key's signatures is not written on") {
  World world;
  fill(world, 2);
  const protocol::SigningKey other = protocol::SigningKey::generate();
  world.options.kiosk_key = &other;
  const auto store = world.open();
  REQUIRE(store);
  CHECK_FALSE(store->findings().head_verifies);
  CHECK(World::file(*store, "more", 9).error() == StoreFault::ChainBroken);
}

TEST_CASE("flipped bits in the WAL or the database never pass for a whole chain") {
  const World world;
  fill(world, 12);
  const std::string database = world.raw("queue.db");
  const std::string wal = world.raw("queue.db-wal");
  const std::uint64_t seed = 1361;
  CAPTURE(seed);
  SeededRandom random(seed);
  const std::size_t used = wal.find_last_not_of('\0') + 1;
  int noticed = 0;
  for (int round = 0; round < 150; ++round) {
    const bool in_wal = round % 2 == 0;
    std::string changed = in_wal ? wal : database;
    const std::size_t position = random.below(in_wal ? used : database.size());
    changed[position] = static_cast<char>(changed[position] ^ (1 << random.below(8)));
    world.put_raw("queue.db", in_wal ? database : changed);
    world.put_raw("queue.db-wal", in_wal ? changed : wal);
    const auto opened = Store::open(world.options);
    const bool clean = opened && (*opened)->findings().damaged.empty() && (*opened)->findings().head_verifies &&
                       (*opened)->findings().anchor == Findings::Anchor::Matches;
    if (clean) CHECK((*opened)->next_batch(64).value()->entries.size() == 12);  // it fell where nothing lies
    noticed += clean ? 0 : 1;
  }
  CHECK(noticed > 20);
}

TEST_CASE("a full disk refuses, keeps all that was accepted, and goes on when there is room again") {
  const World world;
  // RLIMIT_FSIZE stands in for the full disk: in a child, because it cannot be lifted again without root.
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const auto store = world.open();
    if (!store) ::_exit(2);
    const rlimit limit{1'200'000, 1'200'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int filed = 0;
    while (filed < 500 && World::file(*store, std::string(8000, 'a'), filed + 1)) ++filed;
    ::_exit(filed > 20 && filed < 500 ? 0 : 3);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  const auto store = world.open();
  REQUIRE(store);
  CHECK(store->findings().records > 20);
  CHECK(store->findings().damaged.empty());
  CHECK(World::file(*store, "room again", 600).has_value());
}

}  // namespace
}  // namespace pishkhan::store
