// What is erased is in no file, whichever way SQLite moved it about before: rows of every size, in leaves and
// on overflow pages, erased in any order, so that pages are merged, split, freed and used again.
#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace pishkhan::store {
namespace {

using testing::World;

constexpr std::string_view mark = "~wipe~";
constexpr std::size_t block_bytes = 16;

/// Says in every 16 bytes whose they are, so that any remnant of 31 bytes or more is told by its owner.
Bytes telling(int owner, std::size_t size) {
  Bytes bytes;
  ByteWriter out(bytes);
  for (std::uint32_t block = 0; bytes.size() < size; ++block) {
    out.bytes(as_bytes(mark));
    out.be16(static_cast<std::uint16_t>(owner));
    out.be32(block);
    out.be32(0xFEDCBA98);
  }
  bytes.resize(size);
  return bytes;
}

template <std::size_t N>
std::array<std::uint8_t, N> told_by(int owner) {
  const Bytes bytes = telling(owner, N);
  std::array<std::uint8_t, N> result{};
  std::copy(bytes.begin(), bytes.end(), result.begin());
  return result;
}

/// Whose bytes there are in all files of the queue.
std::set<int> owners_in(const World& world) {
  std::set<int> owners;
  for (const char* name : {"queue.db", "queue.db-wal", "queue.head"}) {
    const std::string raw = world.raw(name);
    for (std::size_t at = raw.find(mark); at != std::string::npos; at = raw.find(mark, at + 1)) {
      if (at + block_bytes > raw.size()) break;
      owners.insert(ByteReader(as_bytes(raw).subspan(at + mark.size())).be16());
    }
  }
  return owners;
}

/// Owners of payloads are sequences; of the hashes and the salt of `pending`, these on top.
constexpr int hashes = 20'000;

class Counter {
 public:
  explicit Counter(std::uint64_t seed) : random_(seed) { store_ = world_.open(); }

  void file() {
    static constexpr std::array<std::size_t, 12> sizes{40,   200,  700,  1074, 1100, 1500,
                                                       2098, 2100, 3900, 4146, 8242, 20'000};
    const int next = static_cast<int>(records_.size()) + 1;
    // Whole blocks: half of one, with a hash behind it, would speak for somebody else.
    const std::size_t size =
        (sizes.at(random_.below(sizes.size())) + random_.below(80)) / block_bytes * block_bytes;
    const auto filed =
        store_->append(protocol::RecordType::Request, world_.random.bytes<16>(), [&](const Place& place) {
          REQUIRE(place.code.sequence == next);
          return std::optional(Draft{telling(next, size), told_by<32>(hashes + next),
                                     told_by<32>(hashes + next), told_by<16>(hashes + next)});
        });
    REQUIRE(filed.has_value());
    records_.push_back(filed->record);
    records_.back().payload.reset();
    waiting_.push_back(next);
  }

  /// Up to eight of those that wait, drawn at random.
  void open_some() {
    std::vector<protocol::Acknowledgement> words;
    for (auto count = 1 + random_.below(8); count > 0 && !waiting_.empty(); --count) {
      std::swap(waiting_.at(random_.below(waiting_.size())), waiting_.back());
      words.push_back(
          world_.word(records_.at(static_cast<std::size_t>(waiting_.back()) - 1), protocol::Verdict::Accepted));
      opened_.insert(waiting_.back());
      waiting_.pop_back();
    }
    REQUIRE(store_->mark_opened(words) == static_cast<int>(words.size()));
  }

  /// Ten minutes later nothing but duplicates of what is not opened may be known of anybody.
  void forget() {
    world_.clock.now += recovery_window;
    REQUIRE(store_->purge().has_value());
    for (const int owner : owners_in(world_))
      if (owner > hashes) CHECK_FALSE(opened_.contains(owner - hashes));
  }

  void check_erased() const {
    for (const int owner : owners_in(world_))
      if (owner < hashes) CHECK_FALSE(opened_.contains(owner));
  }
  void check_waiting_are_there() const {
    const std::set<int> owners = owners_in(world_);
    for (const int sequence : waiting_) CHECK(owners.contains(sequence));
  }
  void start_again() {
    store_.reset();
    store_ = world_.open();
    REQUIRE(store_ != nullptr);
    CHECK(store_->findings().damaged.empty());
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  World world_;

 private:
  SeededRandom random_;
  std::unique_ptr<Store> store_;
  std::vector<protocol::Record> records_;
  std::vector<int> waiting_;
  std::set<int> opened_;
};

TEST_CASE("rows of all sizes, erased in any order between new ones, leave not 31 bytes of theirs in any file") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    Counter counter(seed);
    for (int number = 0; number < 90; ++number) counter.file();
    counter.check_waiting_are_there();
    for (int round = 0; counter.waiting() > 0; ++round) {
      CAPTURE(round);
      counter.open_some();
      counter.check_erased();
      if (round < 12) counter.file();
      if (round % 7 == 3) counter.forget();
      if (round % 11 == 5) counter.start_again();
      counter.check_waiting_are_there();
    }
    counter.forget();
    counter.start_again();
    CHECK(owners_in(counter.world_).empty());
  }
}

}  // namespace
}  // namespace pishkhan::store
