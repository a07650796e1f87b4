// ./dev rig hostile-card N [SEED]: N exchanges of the card-reader driver with hostile readers, buses and cards.
#include "tests/card-reader/hostile.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace pishkhan::card::test;

namespace {

/// What the threads share; each session is its own world.
struct Run {
  std::uint64_t wanted = 0;
  std::uint64_t first_seed = 1;
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> made{0};
  std::atomic<bool> broken{false};
  std::mutex mutex;
  HostileTally tally;

  void work() {
    HostileTally own;
    while (made < wanted && !broken) {
      const std::uint64_t seed = first_seed + next++;
      const std::uint64_t before = own.exchanges;
      const auto promise = hostile_session(seed, own);
      made += own.exchanges - before;
      if (!promise) continue;
      broken = true;
      const std::scoped_lock lock(mutex);
      std::printf("BROKEN, session %" PRIu64 " (hostile_card 1 %" PRIu64 "): %s\n", seed, seed,
                  promise->c_str());
    }
    const std::scoped_lock lock(mutex);
    tally.add(own);
  }
};

}  // namespace

int main(int argc, char** argv) {
  Run run;
  run.wanted = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  run.first_seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    const unsigned count = run.wanted > 1000 ? std::max(1U, std::thread::hardware_concurrency()) : 1U;
    for (unsigned i = 0; i < count; ++i) threads.emplace_back([&run] { run.work(); });
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const HostileTally& tally = run.tally;
  std::printf("%" PRIu64 " exchanges in %" PRIu64 " sessions, %.1f s: %" PRIu64 " answered, of which %" PRIu64
              " were known and right\n",
              tally.exchanges, tally.sessions, took.count(), tally.answered, tally.known_right);
  const std::array<const char*, pishkhan::card::reader_faults> names{
      "no card", "mute",          "card failed", "cannot carry",   "unplugged",
      "timeout", "reader failed", "no PIN pad",  "PIN not entered"};
  for (std::size_t i = 0; i < names.size(); ++i)
    std::printf("  %-15s %" PRIu64 "\n", names[i], tally.faults[i]);
  std::printf("  reopened %" PRIu64 ", most transfers in one call %" PRIu64 ", longest call %" PRId64
              " ms (virtual)\n",
              tally.reopened, tally.most_transfers, tally.longest_ms);
  return run.broken ? 1 : 0;
}
