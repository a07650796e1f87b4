// A bit that turns over in the number of a row. SQLite keeps no checksum of it and finds nothing wrong with the
// last row of a page: the record would stand in another place, and what is said of one would be of another.
#include "offline-queue/store/schema.h"
#include "tests/power-cut/fault_world.h"

#include <doctest/doctest.h>

#include <vector>

namespace pishkhan::power_cut {
namespace {

using store::page_bytes;

/// Length of a varint of SQLite's (file format, section 1.6).
std::size_t varint_bytes(ByteView bytes) {
  std::size_t count = 1;
  while (count < 9 && (bytes[count - 1] & 0x80) != 0) ++count;
  return count;
}

/// Where the numbers of rows lie in a database, each one byte: the second varint of every cell on the leaf
/// pages of tables but the schema's (file format, sections 1.6 and 2).
std::vector<std::size_t> row_numbers(const Bytes& database) {
  std::vector<std::size_t> places;
  for (std::size_t page = page_bytes; page + page_bytes <= database.size(); page += page_bytes) {
    const auto be16 = [&](std::size_t at) {
      return static_cast<std::size_t>(database[page + at]) << 8 | database[page + at + 1];
    };
    if (database[page] != 0x0D) continue;
    for (std::size_t cell = 0; cell < be16(3); ++cell) {
      const std::size_t at = page + be16(8 + 2 * cell);
      places.push_back(at + varint_bytes(ByteView(database).subspan(at)));
    }
  }
  return places;
}

/// Twelve requests, the first six stored at the backend, the first three opened; all of it in queue.db.
std::unique_ptr<World> day(const Keys& keys) {
  auto world = std::make_unique<World>(keys, 1);
  {
    const auto queue = store::Store::open(world->options);
    REQUIRE(queue.has_value());
    for (int number = 0; number < 12; ++number) {
      world->clock.seconds += 60;
      REQUIRE(world->file(**queue));
    }
    REQUIRE((*queue)->anchor_head().has_value());
    REQUIRE((*queue)->mark_stored(world->stored_up_to(6, world->promised.at(6))) == 6);
    std::vector<protocol::Acknowledgement> words;
    for (int sequence = 1; sequence <= 3; ++sequence)
      words.push_back(world->accepted(**(*queue)->record(sequence)));
    REQUIRE((*queue)->mark_opened(words) == 3);
  }
  REQUIRE(store::Store::open(world->options).has_value());  // which folds the WAL back
  return world;
}

/// Everything is sent whole and in order, what was filed after it, too.
void check_sent(World& world, store::Store& queue) {
  for (int number = 0; number < 3; ++number) REQUIRE(world.file(queue));
  int next = *queue.first_unsent();
  CHECK(next <= 7);
  while (const auto batch = *queue.next_batch(store::largest_batch)) {
    for (const auto& entry : batch->entries) {
      CHECK(entry.record.header.sequence == next);
      // The first three were erased; if it does not know so any more, what is left of them is sent again.
      const bool kept = next > 3;
      CHECK(entry.kind == (kept ? protocol::EntryKind::Whole : protocol::EntryKind::NoPayload));
      ++next;
    }
    REQUIRE(queue.mark_stored(world.stored_up_to(batch->last_sequence(), batch->entries.back().record.hash)));
  }
  CHECK(next == 16);
}

TEST_CASE("a flipped bit in any row's number loses no record, and no word or hash passes to another one") {
  const Keys keys;
  const auto before = day(keys);
  const Bytes database = before->disk.image().at("/disk/queue.db");
  const auto places = row_numbers(database);
  CHECK(places.size() >= 12 + 6 + 9 + 1);
  int salvaged = 0;
  for (const std::size_t place : places) {
    for (std::size_t bit = 0; bit < 8; ++bit) {
      CAPTURE(static_cast<int>(database[place]));
      CAPTURE(place / page_bytes);
      CAPTURE(bit);
      World world(keys, 2);
      world.continue_from(*before);
      REQUIRE(world.disk.flip_bit("/disk/queue.db", place * 8 + bit));
      const auto queue = store::Store::open(world.options);
      REQUIRE(queue.has_value());
      const auto& findings = (*queue)->findings();
      CHECK(findings.records == 12);
      CHECK(findings.last_sequence == 12);
      CHECK(findings.damaged.empty());
      CHECK(findings.head_verifies);
      CHECK(findings.anchor == store::Findings::Anchor::Matches);
      salvaged += findings.salvaged > 0 ? 1 : 0;
      for (const auto& [sequence, hash] : world.promised) {
        const auto record = (*queue)->record(sequence);
        REQUIRE((record && *record));
        CHECK((*record)->hash == hash);
        const auto found = (*queue)->find_duplicate(protocol::Hash{static_cast<std::uint8_t>(sequence)});
        REQUIRE(found.has_value());
        if (*found) CHECK((*found)->code.sequence == sequence);
        const auto unprinted = (*queue)->find_unprinted(protocol::Hash{static_cast<std::uint8_t>(sequence)});
        REQUIRE(unprinted.has_value());
        if (*unprinted) CHECK((*unprinted)->code.sequence == sequence);
      }
      check_sent(world, **queue);
    }
  }
  CHECK(salvaged > 100);
}

}  // namespace
}  // namespace pishkhan::power_cut
