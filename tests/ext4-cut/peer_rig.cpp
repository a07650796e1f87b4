#include "tests/ext4-cut/peer_rig.h"

#include "base/core/random.h"
#include "kiosk/demo/child_process.h"
#include "tests/bench/peers/peer.h"
#include "tests/ext4-cut/loop_disk.h"
#include "tests/ext4-cut/witness.h"

#include <chrono>
#include <thread>
#include <utility>

namespace pishkhan::ext4_cut {

namespace {

constexpr std::size_t disk_mebibytes = 192;
constexpr auto patience = std::chrono::seconds(40);

/// One disk, one cut. False: the rig could not do its work.
bool cut_once(const Places& places, const std::string& name, SeededRandom& random, PeerTally& tally) {
  auto disk = LoopDisk::make(disk_mebibytes);
  if (!disk) return false;
  const Witness witness(places.work / "peer.lines");
  auto sender = demo::ChildProcess::start(
      places.own_program, {"as-peer", "--disk", (*disk)->folder().string(), "--peer", name}, witness.file());
  if (!sender) return false;
  const int wanted = 10 + static_cast<int>(random.below(200));
  const auto until = std::chrono::steady_clock::now() + patience;
  while (witness.count("ack") < wanted) {
    if (std::chrono::steady_clock::now() > until || !sender->running()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::this_thread::sleep_for(std::chrono::microseconds(random.below(5'000)));
  const auto told = witness.read();
  if (!(*disk)->cut()) return false;
  sender->end();
  if (!(*disk)->restart()) return false;
  const auto peer = peers::make_peer(name);
  if (peer == nullptr || !peer->start((*disk)->folder(), peers::Queue::AsItIs)) return false;
  const auto held = peer->held();
  if (!held) return false;
  int lost = 0;
  for (const auto& words : told) {
    if (words.size() != 2 || words[0] != "ack") continue;
    ++tally.acknowledged;
    lost += held->count(std::stoi(words[1])) == 0 ? 1 : 0;
  }
  ++tally.cuts;
  tally.lost += lost;
  tally.cuts_with_loss += lost > 0 ? 1 : 0;
  return true;
}

}  // namespace

std::string describe(const PeerTally& tally) {
  if (tally.rig_failed && tally.cuts == 0) return "the rig could not run it";
  return std::to_string(tally.acknowledged) + " acknowledged, " + std::to_string(tally.lost) + " lost, in " +
         std::to_string(tally.cuts_with_loss) + " of " + std::to_string(tally.cuts) + " cuts" +
         (tally.rig_failed ? "; then the rig failed" : "");
}

PeerTally cut_the_peer(const Places& places, const std::string& peer, int cuts, std::uint64_t seed) {
  PeerTally tally;
  SeededRandom random(seed);
  while (tally.cuts < cuts && !tally.rig_failed) tally.rig_failed = !cut_once(places, peer, random, tally);
  return tally;
}

int run_peer(const std::filesystem::path& disk, const std::string& name) {
  const auto peer = peers::make_peer(name);
  if (peer == nullptr || !peer->start(disk, peers::Queue::New)) return 1;
  for (int number = 1; peer->send(number, 1); ++number) tell("ack " + std::to_string(number));
  return 0;
}

}  // namespace pishkhan::ext4_cut
