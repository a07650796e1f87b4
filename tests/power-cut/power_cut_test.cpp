#include "tests/power-cut/model_vfs.h"
#include "tests/power-cut/rig.h"

#include <doctest/doctest.h>

namespace pishkhan::power_cut {
namespace {

class FixedClock final : public Clock {
 public:
  WallTime wall() const override { return WallTime(std::chrono::seconds(1'795'000'000)); }
  SteadyTime steady() const override { return {}; }
};

/// The store on a model disk, for faults that are no power cuts.
struct Bench {
  FixedClock clock;
  ModelDisk disk{9};
  ModelVfs vfs{disk, "bench"};
  ModelFiles files{disk};
  protocol::SigningKey key = protocol::SigningKey::generate();
  store::Options options;
  Bench() {
    options.folder = "/disk";
    options.kiosk = 1042;
    options.epoch = 1;
    options.kiosk_key = &key;
    options.clock = &clock;
    options.files = &files;
    options.vfs = vfs.name();
    options.wal_pages = 16;
  }
  static Result<store::Filed, store::StoreFault> file(store::Store& queue, int id) {
    return queue.append(protocol::RecordType::Request, {static_cast<std::uint8_t>(id)},
                        [](const store::Place&) {
                          return std::optional(store::Draft{Bytes(3000, 7), std::nullopt, std::nullopt});
                        });
  }
};

TEST_CASE("the model disk keeps what was synced and only that") {
  int kept = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    ModelDisk disk(seed);
    CHECK(disk.create("a"));
    CHECK(disk.write("a", 0, Bytes(512, 1)));
    CHECK(disk.sync("a"));
    CHECK(disk.sync_names());
    CHECK(disk.write("a", 512, Bytes(512, 2)));
    disk.cut_now();
    CHECK_FALSE(disk.write("a", 0, Bytes(512, 3)));
    disk.restart();
    REQUIRE(disk.content("a") != nullptr);
    CHECK(Bytes(disk.content("a")->begin(), disk.content("a")->begin() + 512) == Bytes(512, 1));
    kept += disk.content("a")->size() == 1024 && disk.content("a")->back() == 2 ? 1 : 0;
  }
  CHECK(kept > 20);
  CHECK(kept < 180);
}

TEST_CASE("an unsynced name may come back or stay away") {
  int back = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    ModelDisk disk(seed);
    CHECK(disk.create("a"));
    CHECK(disk.sync_names());
    CHECK(disk.remove("a"));
    disk.cut_now();
    disk.restart();
    back += disk.exists("a") ? 1 : 0;
  }
  CHECK(back > 50);
  CHECK(back < 150);
}

TEST_CASE("a full disk refuses one filing, loses none, and takes the next when there is room") {
  Bench bench;
  int filed = 0;
  {
    auto queue = store::Store::open(bench.options);
    REQUIRE(queue.has_value());
    bench.disk.limit_files_to(200'000);
    for (;;) {
      const auto result = Bench::file(**queue, filed + 1);
      if (!result) {
        CHECK(result.error() == store::StoreFault::DiskFull);
        break;
      }
      ++filed;
      REQUIRE(filed < 1000);
    }
    CHECK(filed > 10);
    CHECK(Bench::file(**queue, filed + 1).error() == store::StoreFault::DiskFull);
    bench.disk.limit_files_to(1 << 30);
    const auto next = Bench::file(**queue, filed + 1);
    REQUIRE(next.has_value());
    CHECK(next->code.sequence == filed + 1);
  }
  bench.disk.cut_now();
  bench.disk.restart();
  const auto queue = store::Store::open(bench.options);
  REQUIRE(queue.has_value());
  CHECK((*queue)->findings().records == filed + 1);
  CHECK((*queue)->findings().damaged.empty());
}

TEST_CASE("after a failed sync nothing is filed until the store was opened again") {
  Bench bench;
  {
    auto queue = store::Store::open(bench.options);
    REQUIRE(queue.has_value());
    REQUIRE(Bench::file(**queue, 1).has_value());
    bench.disk.fail_next_sync();
    CHECK(Bench::file(**queue, 2).error() == store::StoreFault::IoError);
    CHECK(Bench::file(**queue, 3).error() == store::StoreFault::IoError);
  }
  const auto queue = store::Store::open(bench.options);
  REQUIRE(queue.has_value());
  CHECK((*queue)->findings().head_verifies);
  CHECK(Bench::file(**queue, 4).has_value());
}

TEST_CASE("what a failed sync left in the kernel's memory is on the disk before it is relied upon") {
  Bench bench;
  int found = 0;
  {
    auto queue = store::Store::open(bench.options);
    REQUIRE(queue.has_value());
    REQUIRE(Bench::file(**queue, 1).has_value());
    bench.disk.fail_next_sync();
    REQUIRE_FALSE(Bench::file(**queue, 2).has_value());
  }
  {
    const auto queue = store::Store::open(bench.options);
    REQUIRE(queue.has_value());
    found = (*queue)->findings().records;
    REQUIRE(found >= 1);
  }
  bench.disk.cut_now();
  bench.disk.restart();
  const auto queue = store::Store::open(bench.options);
  REQUIRE(queue.has_value());
  CHECK((*queue)->findings().records == found);
}

TEST_CASE("one seed is one run") {
  const Tally first = run(40, 77, store::Durability::NormalForTheRigOnly);
  const Tally second = run(40, 77, store::Durability::NormalForTheRigOnly);
  CHECK(describe(first) == describe(second));
}

}  // namespace
}  // namespace pishkhan::power_cut
