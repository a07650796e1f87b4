#pragma once

#include "tests/ext4-cut/store_rig.h"

#include <cstdint>
#include <filesystem>

namespace pishkhan::ext4_cut {

/// The whole kiosk in a process of its own, its data on a real ext4 that loses power in the middle of visits,
/// and the two backend programs, whose power stays. After the last cut of a disk everything is sent, and the
/// backend must have each acknowledged request exactly once, as it was typed.
[[nodiscard]] Tally cut_the_kiosk(const Places& places, int cuts, std::uint64_t first_seed,
                                  store::Durability durability);

/// The process under test: visits one after another until the power goes. Tells "ready", and for each visit
/// "filed CODE MOBILE" (the screen says so) and "printed CODE" (the receipt is out); "stuck WHERE" if it cannot
/// go on. With `visits` above zero it files so many and then only keeps the kiosk running.
struct KioskVisits {
  std::filesystem::path disk;
  std::filesystem::path keys;
  int first_mobile = 0;  ///< the seven digits after 0912 of the first visit; each visit has its own
  int visits = 0;
  store::Durability durability = store::Durability::Full;
};
[[nodiscard]] int run_kiosk(const KioskVisits& visits);

}  // namespace pishkhan::ext4_cut
