#include "tests/ext4-cut/read_only_rig.h"

#include "base/core/random.h"
#include "tests/ext4-cut/loop_disk.h"
#include "tests/ext4-cut/store_setup.h"

#include <map>

namespace pishkhan::ext4_cut {

namespace {

constexpr std::size_t disk_mebibytes = 64;

using Promises = std::map<int, protocol::Hash>;

bool file(store::Store& queue, SeededRandom& random, Promises& promises) {
  const auto filed =
      queue.append(protocol::RecordType::Request, random.bytes<16>(), [&random](const store::Place&) {
        store::Draft draft;
        draft.payload.resize(200 + random.below(6000));
        random.fill(draft.payload);
        draft.duplicate = random.bytes<32>();
        return std::optional(draft);
      });
  if (!filed) return false;
  promises[filed->code.sequence] = filed->record.hash;
  return true;
}

void live_once(const StoreSetup& setup, LoopDisk& disk, SeededRandom& random, ReadOnlyTally& tally) {
  const auto options = setup.options(disk.folder(), store::Durability::Full);
  Promises promises;
  {
    const auto queue = store::Store::open(options);
    bool well = queue.has_value();
    for (auto count = 1 + random.below(40); well && count > 0; --count) well = file(**queue, random, promises);
    if (well && random.below(2) == 0) well = (*queue)->anchor_head().has_value();
    if (!well || !disk.abort()) {
      ++tally.rig_failures;
      return;
    }
    tally.promised += static_cast<int>(promises.size());
    for (int again = 0; again < 3; ++again) {
      Promises none;
      ++(file(**queue, random, none) ? tally.accepted : tally.refused);
    }
  }
  {
    const auto queue = store::Store::open(options);
    // A store that can still read may open, but then it must refuse to file, and say why.
    Promises none;
    const bool refused = !queue || !file(**queue, random, none);
    if (!refused) ++tally.accepted;
    if (refused && (queue || queue.error() == store::StoreFault::ReadOnly)) ++tally.told;
  }
  if (!disk.restart()) {
    ++tally.rig_failures;
    return;
  }
  const auto queue = store::Store::open(options);
  for (const auto& [sequence, hash] : promises) {
    const auto record = queue ? (*queue)->record(sequence) : fail(queue.error());
    if (!record || !*record || (*record)->hash != hash || !(*record)->payload) ++tally.lost;
  }
  if (queue && (*queue)->findings().damaged.empty() && file(**queue, random, promises)) ++tally.went_on;
}

}  // namespace

ReadOnlyTally make_read_only(const Places& places, int rounds, std::uint64_t seed) {
  ReadOnlyTally tally;
  const auto disk = LoopDisk::make(disk_mebibytes);
  const auto setup = StoreSetup::load(places.keys / "kiosk");
  if (!disk || !setup) {
    ++tally.rig_failures;
    return tally;
  }
  SeededRandom random(seed);
  for (; tally.rounds < rounds && tally.rig_failures == 0; ++tally.rounds)
    live_once(**setup, **disk, random, tally);
  return tally;
}

}  // namespace pishkhan::ext4_cut
