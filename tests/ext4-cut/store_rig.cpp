#include "tests/ext4-cut/store_rig.h"

#include "base/core/random.h"
#include "kiosk/demo/child_process.h"
#include "tests/ext4-cut/loop_disk.h"
#include "tests/ext4-cut/store_setup.h"
#include "tests/ext4-cut/witness.h"

#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace pishkhan::ext4_cut {

namespace {

namespace fs = std::filesystem;
using Microseconds = std::chrono::microseconds;

constexpr int lives_per_disk = 8;
constexpr std::size_t disk_mebibytes = 96;
constexpr auto patience = std::chrono::seconds(120);

/// One disk and the queue on it, over several power cuts.
class World {
 public:
  World(const Places& places, std::uint64_t seed, store::Durability durability, Tally& tally)
      : places_(places), seed_(seed), random_(seed), durability_(durability), tally_(tally) {}

  [[nodiscard]] bool prepare() {
    auto disk = LoopDisk::make(disk_mebibytes);
    auto setup = StoreSetup::load(places_.keys / "kiosk");
    if (!disk || !setup) return false;
    disk_ = std::move(*disk);
    setup_ = std::move(*setup);
    return true;
  }

  /// From switching on to the cut, and the look at what is left. False: this world is over.
  [[nodiscard]] bool live_once(int life) {
    const Witness witness(places_.work / "appender.lines");
    const bool full = durability_ == store::Durability::Full;
    auto appender = demo::ChildProcess::start(
        places_.own_program,
        {"as-appender", "--disk", disk_->folder().string(), "--keys", places_.keys.string(), "--seed",
         std::to_string(seed_ * 1000 + static_cast<std::uint64_t>(life)), full ? "--full" : "--normal"},
        witness.file());
    if (!appender || !wait_for_the_moment(witness, life)) return rig_failed();
    const auto told = witness.read();  // what comes later may or may not be on the disk
    if (!disk_->cut()) return rig_failed();
    appender->end();
    note(told, witness.read());
    if (!disk_->restart()) return rig_failed();
    ++tally_.cuts;
    return inspect();
  }

 private:
  bool rig_failed() {
    ++tally_.rig_failures;
    return false;
  }

  /// Some cuts come while the queue is made or opened, half of the first ones of a disk; the others after some
  /// promises, at any point of the next.
  bool wait_for_the_moment(const Witness& witness, int life) {
    const bool early = random_.below(life == 0 ? 2 : 5) == 0;
    const int promises = early ? 0 : 1 + static_cast<int>(random_.below(60));
    const auto later = Microseconds(random_.below(early ? 25'000 : 4'000));
    const auto until = std::chrono::steady_clock::now() + patience;
    while (early ? witness.count("opening") == 0 : witness.count("ack") < promises) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(Microseconds(200));
    }
    std::this_thread::sleep_for(later);
    return true;
  }

  void note(const std::vector<Witness::Words>& before, const std::vector<Witness::Words>& all) {
    for (const auto& words : before) {
      if (words.size() != 3 || words[0] != "ack") continue;
      ++tally_.promised;
      promised_[std::stoi(words[1])] = words[2];
    }
    if (promised_.empty()) ++tally_.cuts_before_first_promise;
    for (const auto& words : all) {
      if (words.size() != 2 || words[0] != "erase") continue;
      ++tally_.erasures;
      may_be_erased_.insert(std::stoi(words[1]));
    }
  }

  bool inspect() {
    const auto opened = store::Store::open(setup_->options(disk_->folder(), durability_));
    if (!opened) {
      ++tally_.not_opened;
      tally_.lost += static_cast<int>(promised_.size());
      return false;
    }
    store::Store& queue = **opened;
    const auto& findings = queue.findings();
    tally_.corrupt += static_cast<int>(findings.damaged.size()) + (findings.head_verifies ? 0 : 1);
    const bool sound = findings.anchor == store::Findings::Anchor::Matches;
    int lost = 0;
    for (const auto& [sequence, hash] : promised_) lost += sequence > findings.records ? 1 : 0;
    tally_.lost += lost;
    // An anchor that knows more than the chain is how a loss shows; without one it would be a false alarm.
    if (!sound && lost == 0) ++tally_.corrupt;
    std::set<protocol::RequestId> seen;
    for (int sequence = 1; sequence <= findings.records; ++sequence) look_at(queue, sequence, seen);
    return sound && lost == 0;
  }

  void look_at(store::Store& queue, int sequence, std::set<protocol::RequestId>& seen) {
    const auto record = queue.record(sequence);
    if (!record || !*record) {
      ++tally_.lost;
      return;
    }
    const protocol::Record& found = **record;
    const auto promise = promised_.find(sequence);
    if (promise != promised_.end() && promise->second != to_hex(found.hash)) ++tally_.corrupt;
    if (!found.payload && may_be_erased_.count(sequence) == 0) ++tally_.corrupt;
    // What was under way at the cut and is there now must stay from now on.
    if (promise == promised_.end()) promised_[sequence] = to_hex(found.hash);
    if (found.header.type == protocol::RecordType::Request && !seen.insert(found.header.request_id).second)
      ++tally_.duplicated;
  }

  const Places& places_;
  std::uint64_t seed_;
  SeededRandom random_;
  store::Durability durability_;
  Tally& tally_;
  std::unique_ptr<LoopDisk> disk_;
  std::unique_ptr<StoreSetup> setup_;
  std::map<int, std::string> promised_;  ///< by sequence: the record's hash
  std::set<int> may_be_erased_;
};

}  // namespace

Tally cut_the_store(const Places& places, int cuts, std::uint64_t first_seed, store::Durability durability) {
  Tally tally;
  for (std::uint64_t seed = first_seed; tally.cuts < cuts && tally.rig_failures == 0; ++seed) {
    World world(places, seed, durability, tally);
    if (!world.prepare()) {
      ++tally.rig_failures;
      break;
    }
    for (int life = 0; life < lives_per_disk && tally.cuts < cuts; ++life)
      if (!world.live_once(life)) break;
    if (tally.first_bad_seed == 0 && !tally.flawless()) tally.first_bad_seed = seed;
  }
  return tally;
}

}  // namespace pishkhan::ext4_cut
