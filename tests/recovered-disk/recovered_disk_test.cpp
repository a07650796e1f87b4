#include "tests/recovered-disk/disk.h"

#include <cstdlib>

using namespace pishkhan;
using namespace pishkhan::recovered_disk;
using store::testing::World;
using Json = nlohmann::json;

namespace {

/// "3 bad-payload, 4 unproven; matches".
std::string summary(const Json& report) {
  std::string text;
  for (const Json& one : report["broken"])
    text += (text.empty() ? "" : ", ") + std::to_string(one["sequence"].get<int>()) + " " +
            one["verdict"].get<std::string>();
  return text + "; " + report["anchor"].get<std::string>();
}

void both_say(const Disk& disk, const std::string& expected) {
  CAPTURE(expected);
  const auto before = disk.bytes();
  const Said ours = disk.ours();
  CHECK(disk.bytes() == before);
  const Said foreign = disk.foreign();
  REQUIRE(ours.json().is_object());
  REQUIRE(foreign.json().is_object());
  CHECK(summary(ours.json()) == expected);
  CHECK(ours.json() == foreign.json());
  CHECK(ours.status == (expected == "; matches" ? 0 : 1));
  CHECK(ours.status == foreign.status);
}

}  // namespace

TEST_CASE("a healthy disk is whole, for our program and for one that was written from the page") {
  const Disk disk;
  both_say(disk, "; matches");
  const Json report = disk.ours().json();
  CHECK(report["sound"] == record_count);
  CHECK(report["erased"] == 1);
  CHECK(report["whole"] == true);
  CHECK(report["first_broken"].is_null());
}

TEST_CASE("changed, missing and moved rows get the same verdicts from both") {
  const Disk disk;
  SUBCASE("payload") {
    disk.execute("UPDATE entry SET payload = x'00' WHERE seq = 3");
    both_say(disk, "3 bad-payload; matches");
  }
  SUBCASE("a time in the header") {
    disk.execute(
        "UPDATE entry SET header = CAST(substr(header, 1, 17) || x'07' || substr(header, 19) AS BLOB) WHERE seq = 3");
    both_say(disk, "3 bad-link; matches");
  }
  SUBCASE("a header that is none") {
    disk.execute("UPDATE entry SET header = zeroblob(70) WHERE seq = 3");
    both_say(disk, "3 unreadable; matches");
  }
  SUBCASE("a row that is gone") {
    disk.execute("DELETE FROM entry WHERE seq = 3");
    both_say(disk, "3 missing; matches");
  }
  SUBCASE("a row that is gone, of an older version") {
    disk.execute("UPDATE entry SET previous = NULL; DELETE FROM entry WHERE seq = 3");
    both_say(disk, "3 missing, 4 unproven; matches");
  }
  SUBCASE("a signature") {
    disk.execute("UPDATE entry SET signature = zeroblob(64) WHERE seq = 4");
    both_say(disk, "4 bad-signature; matches");
  }
  SUBCASE("a signature, and the record before it") {
    disk.execute("UPDATE entry SET signature = zeroblob(64) WHERE seq = 4; DELETE FROM entry WHERE seq = 3");
    both_say(disk, "3 missing, 4 unproven; matches");
  }
  SUBCASE("two records changed places") {
    disk.execute(
        "UPDATE entry SET seq = 100 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 4;"
        "UPDATE entry SET seq = 4 WHERE seq = 100");
    both_say(disk, "3 unreadable, 4 unreadable; matches");
  }
  SUBCASE("the end is cut off") {
    disk.execute("DELETE FROM entry WHERE seq >= 6");
    both_say(disk, "6 missing, 7 missing; truncated");
  }
  SUBCASE("all rows are gone") {
    disk.execute("DELETE FROM entry");
    both_say(disk, "1 missing, 2 missing, 3 missing, 4 missing, 5 missing, 6 missing, 7 missing; truncated");
  }
}

TEST_CASE("the head file: gone, damaged, half damaged, of another chain") {
  const Disk disk;
  SUBCASE("gone") {
    std::filesystem::remove(disk.world.options.folder / "queue.head");
    both_say(disk, "; missing");
  }
  SUBCASE("damaged") {
    disk.world.put_raw("queue.head", std::string(700, 'z'));
    both_say(disk, "; damaged");
  }
  SUBCASE("one slot of two") {
    std::string head = disk.world.raw("queue.head");
    head[20] = static_cast<char>(head[20] ^ 1);
    disk.world.put_raw("queue.head", head);
    both_say(disk, "; matches");
  }
  SUBCASE("an old disk was put back and written on") {
    const auto old = disk.bytes();
    REQUIRE(World::file(*disk.world.open(), "the true eighth", 8).has_value());
    REQUIRE(disk.world.open()->anchor_head().has_value());
    const std::string true_head = disk.world.raw("queue.head");
    for (const auto& [name, content] : old) disk.world.put_raw(name.c_str(), content);
    REQUIRE(World::file(*disk.world.open(), "another eighth", 9).has_value());
    disk.world.put_raw("queue.head", true_head);
    both_say(disk, "; forked");
  }
  SUBCASE("another key's chain") {
    disk.write_enrolment(protocol::SigningKey::generate());
    std::string expected;
    for (int i = 1; i <= record_count; ++i)
      expected += (i == 1 ? "" : ", ") + std::to_string(i) + " bad-signature";
    both_say(disk, expected + "; damaged");
  }
}

TEST_CASE("bytes that went bad anywhere: both readers agree, and neither passes them over") {
  const char* seed_text = std::getenv("PISHKHAN_SEED");
  const std::uint64_t seed = seed_text == nullptr ? 1 : std::strtoull(seed_text, nullptr, 10);
  INFO("PISHKHAN_SEED=", seed);
  SeededRandom random(seed);
  const Disk disk;
  const auto healthy = disk.bytes();
  int noticed = 0;
  for (int round = 0; round < 8; ++round) {
    for (const auto& [name, content] : healthy) disk.world.put_raw(name.c_str(), content);
    const char* name = round % 3 == 0 ? "queue.db-wal" : round % 3 == 1 ? "queue.db" : "queue.head";
    std::string damaged = healthy.at(name);
    // A hundred bytes of one sector.
    const auto draw = random.bytes<8>();
    std::size_t at = 0;
    for (const std::uint8_t byte : draw) at = at << 8 | byte;
    at %= std::min<std::size_t>(damaged.size(), 40'000) - 100;
    for (std::size_t i = at; i < at + 100; ++i) damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    disk.world.put_raw(name, damaged);
    const Said ours = disk.ours();
    const Said foreign = disk.foreign();
    INFO(name, " at ", at, ": ", ours.output);
    CHECK(ours.status == foreign.status);
    CHECK(ours.json().is_object() == foreign.json().is_object());
    if (ours.json().is_object() && foreign.json().is_object()) CHECK(ours.json() == foreign.json());
    noticed += ours.status == 1 ? 1 : 0;
  }
  CHECK(noticed > 0);
}

TEST_CASE("inspect counts, says nothing personal, and leaves the folder as it was") {
  const Disk disk;
  const auto before = disk.bytes();
  const std::string program = std::string(PISHKHAN_PROGRAMS) + "/pishkhan-queue ";
  const Said said = run(program + "inspect --json " + disk.folder());
  CHECK(said.status == 0);
  const Json json = said.json();
  REQUIRE(json.is_object());
  CHECK(json["kiosk"] == 1042);
  CHECK(json["epoch"] == 1);
  CHECK(json["records"]["requests"] == record_count - 1);
  CHECK(json["records"]["print-outcomes"] == 1);
  CHECK(json["progress"]["accepted"] == 1);
  CHECK(json["progress"]["unsent"] == record_count - 1);
  CHECK(json["disk"]["head_bytes"] == before.at("queue.head").size());
  CHECK(json["first_at"] == "2026-11-18T11:06:40Z");
  CHECK(json["links"]["sound"] == record_count);
  const Said text = run(program + "inspect " + disk.folder());
  CHECK(text.output.find("print-outcomes: 1\n") != std::string::npos);
  CHECK(disk.bytes() == before);
}

TEST_CASE("a running kiosk is left alone, a folder without a queue is told, wrong use is 2") {
  const Disk disk;
  const std::string program = std::string(PISHKHAN_PROGRAMS) + "/pishkhan-queue ";
  {
    const auto store = disk.world.open();
    REQUIRE(store);
    // Read by another process: closing a file that one has locked gives up the lock.
    const std::string before = run("sha256sum " + disk.folder() + "/*").output;
    CHECK(disk.ours().status == 1);
    CHECK(disk.ours().output.empty());
    CHECK(run("sh -c '" + program + "inspect " + disk.folder() + " 2>&1'").output.find("a kiosk is running") !=
          std::string::npos);
    CHECK(run("sha256sum " + disk.folder() + "/*").output == before);
    CHECK(World::file(*store, "goes on", 20).has_value());
  }
  CHECK(run(program + "inspect " + disk.folder() + "/nowhere").status == 1);
  CHECK(run(program + "verify " + disk.folder()).status == 2);  // no key
  CHECK(run(program + "verify " + disk.folder() + " --enrolment /nowhere").status == 1);
  CHECK(run(program + "spell " + disk.folder()).status == 2);
  CHECK(run(program).status == 2);
  CHECK(run(program + "--help").status == 0);
  CHECK(run(program + "verify --help").status == 0);
  CHECK(run(program + "--version").output == std::string(PISHKHAN_VERSION) + "\n");
  disk.execute("PRAGMA user_version = 99");
  CHECK(run(program + "inspect " + disk.folder()).status == 0);  // some bits have flipped: the tables are ours
  disk.execute("ALTER TABLE entry ADD COLUMN of_tomorrow BLOB");
  CHECK(run(program + "inspect " + disk.folder()).status == 1);
}
