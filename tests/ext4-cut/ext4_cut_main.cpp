// Rig 2: the power goes under a real ext4, whose journal is replayed at the next mount.
#include "base/core/log.h"
#include "base/core/random.h"
#include "kiosk/demo/child_process.h"
#include "tests/bench/peers/peer.h"
#include "tests/ext4-cut/kiosk_rig.h"
#include "tests/ext4-cut/loop_disk.h"
#include "tests/ext4-cut/peer_rig.h"
#include "tests/ext4-cut/read_only_rig.h"
#include "tests/ext4-cut/store_rig.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>

namespace {

using namespace pishkhan;
using ext4_cut::Places;
using ext4_cut::Tally;
using store::Durability;
namespace fs = std::filesystem;

/// So many control runs that lost nothing are no accident.
constexpr int control_runs = 4;

fs::path own_program() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

/// A folder on a disk that keeps its power, gone at the end.
struct WorkFolder {
  WorkFolder() {
    std::string pattern = (fs::temp_directory_path() / "pishkhan-ext4-XXXXXX").string();
    if (const char* made = ::mkdtemp(pattern.data()); made != nullptr) path = made;
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    if (!path.empty()) fs::remove_all(path, ignored);
  }
  fs::path path;
};

using Rig = Tally (*)(const Places&, int, std::uint64_t, Durability);

/// Ours, then the control, which must lose something. True if both did as they should.
bool prove(const char* what, Rig rig, const Places& places, int cuts, int control_cuts, std::uint64_t seed) {
  const Tally ours = rig(places, cuts, seed, Durability::Full);
  std::printf("%s, synchronous=FULL   (ours):    %s\n", what, ext4_cut::describe(ours).c_str());
  std::fflush(stdout);
  if (!ours.flawless()) {
    std::printf(
        "FAILED, first at seed %llu: run  ./dev rig ext4 %d %llu  (the same choices; the kernel's own "
        "timing differs)\n",
        static_cast<unsigned long long>(ours.first_bad_seed), cuts,
        static_cast<unsigned long long>(ours.first_bad_seed));
    return false;
  }
  // A few cuts can by chance fall where nothing was in flight: then as many again.
  for (int i = 0; i < control_runs; ++i) {
    const auto from = seed + static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(control_cuts);
    const Tally control = rig(places, control_cuts, from, Durability::NormalForTheRigOnly);
    std::printf("%s, synchronous=NORMAL (control): %s\n", what, ext4_cut::describe(control).c_str());
    std::fflush(stdout);
    if (control.rig_failures > 0) {
      std::printf("FAILED: the rig itself, in the control run\n");
      return false;
    }
    if (control.lost > 0) return true;
  }
  std::printf("FAILED: the control runs lost nothing, so this rig sees nothing\n");
  return false;
}

/// A disk that the kernel took read-only. True if the store refused, told it, lost nothing and went on.
bool prove_read_only(const Places& places, int rounds, std::uint64_t seed) {
  const auto tally = ext4_cut::make_read_only(places, rounds, seed);
  std::printf(
      "the store, taken read-only %d times: %d promised, %d filings refused, %d accepted on a disk that takes "
      "none, %d of %d openings told it, %d lost, %d times filing went on\n",
      tally.rounds, tally.promised, tally.refused, tally.accepted, tally.told, tally.rounds, tally.lost,
      tally.went_on);
  std::fflush(stdout);
  if (!tally.flawless()) std::printf("FAILED: seed %llu\n", static_cast<unsigned long long>(seed));
  return tally.flawless();
}

/// Whatever came of a peer's acknowledgements is a result, not a failure.
int show_peer(const Places& places, const std::string& peer, int cuts, std::uint64_t seed) {
  const auto found = peers::make_peer(peer);
  if (found == nullptr) {
    std::printf("%s is not installed: %s\n", peer.c_str(), peers::how_to_install(peer).c_str());
    return 1;
  }
  const auto tally = ext4_cut::cut_the_peer(places, peer, cuts, seed);
  std::printf("%s: %s\n", found->description().c_str(), ext4_cut::describe(tally).c_str());
  return tally.rig_failed ? 1 : 0;
}

int run_rig(int store_cuts, int kiosk_cuts, const std::string& peer, std::uint64_t seed) {
  auto ready = ext4_cut::keep_mounts_private();
  if (ready) {
    // One disk for nothing, so that what is missing is said before anything else.
    const auto disk = ext4_cut::LoopDisk::make(32);
    if (!disk) ready = fail(disk.error());
  }
  if (!ready) {
    std::fprintf(stderr, "ext4_cut: %s\n", ext4_cut::describe(ready.error()).c_str());
    return 1;
  }
  log::mute();
  const WorkFolder work;
  const Places places{own_program(), own_program().parent_path(), work.path, work.path / "keys"};
  auto keys = demo::ChildProcess::start(places.programs / "pishkhan-cases", {"demo-keys", places.keys.string()},
                                        work.path / "keys.log");
  if (!keys || keys->wait() != 0) {
    std::fprintf(stderr, "ext4_cut: pishkhan-cases cannot make keys\n");
    return 1;
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  if (!peer.empty()) return show_peer(places, peer, store_cuts, seed);
  bool well = true;
  if (store_cuts > 0)
    well = prove("the store", ext4_cut::cut_the_store, places, store_cuts, std::max(8, store_cuts / 4), seed);
  if (store_cuts > 0) well = prove_read_only(places, std::max(4, store_cuts / 10), seed) && well;
  if (kiosk_cuts > 0)
    well = prove("the whole kiosk", ext4_cut::cut_the_kiosk, places, kiosk_cuts, std::max(4, kiosk_cuts / 10),
                 seed) &&
           well;
  if (well) std::printf("0 lost, 0 duplicated, 0 corrupt; both controls lost something\n");
  return well ? 0 : 1;
}

void add_durability(CLI::App& role, bool& normal) {
  role.add_flag("--normal,!--full", normal, "synchronous=NORMAL, for the control");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Power cuts under a real ext4 on a loop device (root). Exit status: 0 nothing lost, 1 something "
      "lost, or the rig is blind or cannot run here; 2 wrong use"};
  app.set_version_flag("--version", PISHKHAN_VERSION);
  int store_cuts = 100;
  int kiosk_cuts = 10;
  SystemRandom system;
  std::uint64_t seed = 1 + system.bytes<1>()[0] * 256U + system.bytes<1>()[0];
  std::string disk;
  std::string keys;
  bool normal = false;
  ext4_cut::KioskVisits visits;
  app.add_option("--store-cuts", store_cuts)->check(CLI::Range(0, 1'000'000))->capture_default_str();
  app.add_option("--kiosk-cuts", kiosk_cuts)->check(CLI::Range(0, 100'000))->capture_default_str();
  app.add_option("--seed", seed, "of the first disk; another one each time if not given");
  CLI::App* appender = app.add_subcommand("as-appender", "the process under test: the store alone");
  CLI::App* kiosk = app.add_subcommand("as-kiosk", "the process under test: the whole kiosk");
  for (CLI::App* role : {appender, kiosk}) {
    role->add_option("--disk", disk)->required();
    role->add_option("--keys", keys)->required();
    add_durability(*role, normal);
  }
  std::string peer;
  CLI::App* sender = app.add_subcommand("as-peer", "the process under test: somebody else's queue");
  sender->add_option("--disk", disk)->required();
  sender->add_option("--peer", peer)->required();
  app.add_option("--peer", peer, "cut the power under this instead: redis, mosquitto, npm");
  appender->add_option("--seed", seed)->required();
  kiosk->add_option("--mobile", visits.first_mobile)->required();
  kiosk->add_option("--visits", visits.visits)->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  const Durability durability = normal ? Durability::NormalForTheRigOnly : Durability::Full;
  if (appender->parsed()) return ext4_cut::run_appender(disk, keys, seed, durability);
  if (kiosk->parsed()) {
    visits.disk = disk;
    visits.keys = keys;
    visits.durability = durability;
    return ext4_cut::run_kiosk(visits);
  }
  if (sender->parsed()) return ext4_cut::run_peer(disk, peer);
  return run_rig(store_cuts, kiosk_cuts, peer, seed);
}
