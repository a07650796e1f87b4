#pragma once

#include "offline-queue/store/store.h"
#include "tests/ext4-cut/tally.h"

#include <cstdint>
#include <filesystem>

namespace pishkhan::ext4_cut {

/// Where the programs and the demo's keys are, shared by all cuts of a run.
struct Places {
  std::filesystem::path own_program;  ///< run again as the process under test
  std::filesystem::path programs;     ///< pishkhan-ingest and pishkhan-cases
  std::filesystem::path work;         ///< on a disk that keeps its power
  std::filesystem::path keys;         ///< of pishkhan-cases demo-keys
};

/// The real store in a process of its own on a real ext4: `cuts` cuts, several a disk, the first of each disk
/// often while the database is made. Durability Normal is for showing that this rig sees losses.
[[nodiscard]] Tally cut_the_store(const Places& places, int cuts, std::uint64_t first_seed,
                                  store::Durability durability);

/// The process under test: appends, prints, anchors and erases on its disk until the power goes. Tells
/// "opening", "open", "ack SEQUENCE HASH" and "erase SEQUENCE". Returns its exit status.
[[nodiscard]] int run_appender(const std::filesystem::path& disk, const std::filesystem::path& keys,
                               std::uint64_t seed, store::Durability durability);

}  // namespace pishkhan::ext4_cut
