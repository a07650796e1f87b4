#include "offline-queue/updates/journal.h"

#include "offline-queue/updates/test_city.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace pishkhan;
using namespace pishkhan::updates;

namespace {

Journal::Entry entry(int value) {
  return {1, Bytes(static_cast<std::size_t>(value % 50), static_cast<std::uint8_t>(value))};
}

std::vector<Journal::Entry> entries(int from, int count) {
  std::vector<Journal::Entry> made;
  for (int i = 0; i < count; ++i) made.push_back(entry(from + i));
  return made;
}

bool begins_with(const std::vector<Journal::Entry>& whole, const std::vector<Journal::Entry>& beginning) {
  return whole.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), whole.begin());
}

}  // namespace

TEST_CASE("every truncation and every flipped byte of a journal leaves a beginning of it") {
  testing::Kiosk disk;
  const auto written = entries(1, 8);
  {
    auto journal = Journal::open(disk.folder, disk.files).value();
    REQUIRE(journal.append(written).has_value());
  }
  const auto file = disk.folder / "journal.1";
  std::ifstream in(file, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  const auto entries_of = [&](const std::string& bytes) {
    std::filesystem::remove(disk.folder / "journal.0");
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    return Journal::open(disk.folder, disk.files).value().take_entries();
  };
  CHECK(entries_of(whole) == written);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto found = entries_of(whole.substr(0, length));
    CHECK(found.size() < written.size());
    CHECK(begins_with(written, found));
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    const auto found = entries_of(flipped);
    CHECK(found.size() < written.size());
    CHECK(begins_with(written, found));
  }
}

TEST_CASE("a power cut at every step of appends and rewrites: what returned is there, whole entries only") {
  for (int cut = 0; cut < 40; ++cut) {
    testing::Kiosk disk;
    disk.files.random = SeededRandom(static_cast<std::uint64_t>(cut) * 31 + 1);
    disk.files.steps_left = cut;
    std::vector<Journal::Entry> durable;    // what had returned
    std::vector<Journal::Entry> attempted;  // what a cut call wanted
    auto journal = Journal::open(disk.folder, disk.files);
    for (int round = 0; journal && round < 12; ++round) {
      attempted = durable;
      if (round % 3 == 2) {
        attempted = entries(round, 3);
        if (!journal->rewrite(attempted)) break;
      } else {
        const auto more = entries(round * 7, 1 + round % 4);
        attempted.insert(attempted.end(), more.begin(), more.end());
        if (!journal->append(more)) break;
      }
      durable = attempted;
      // After a fault nothing is appended until it is opened again.
    }
    if (journal && disk.files.steps > cut) CHECK_FALSE(journal->append(entries(1, 1)).has_value());
    disk.files.power_on();
    auto again = Journal::open(disk.folder, disk.files).value();
    const auto found = again.take_entries();
    const bool in_between = begins_with(found, durable) && begins_with(attempted, found);
    // A rewrite is there or not; of an append a beginning may be.
    CHECK_MESSAGE((in_between || found == durable || found == attempted), "cut at step ", cut);
    REQUIRE(again.append(entries(99, 2)).has_value());
    auto after = found;
    for (const auto& one : entries(99, 2)) after.push_back(one);
    CHECK(Journal::open(disk.folder, disk.files).value().take_entries() == after);
  }
}
