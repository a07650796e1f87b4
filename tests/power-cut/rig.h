#pragma once

#include "offline-queue/store/store.h"

#include <cstdint>
#include <string>

namespace pishkhan::power_cut {

/// What a run of crashes showed.
struct Tally {
  int crashes = 0;
  int acknowledged = 0;    ///< appends that returned before their power cut
  int lost = 0;            ///< of those, not there after the restart
  int changed = 0;         ///< there, but another record than the one that was acknowledged
  int duplicated = 0;      ///< request ids that are there twice
  int unverified = 0;      ///< records that do not verify although nobody touched the disk
  int not_opened = 0;      ///< restarts after which the store did not open at all
  int false_alarms = 0;    ///< restarts after which the anchored head did not match
  int half_erased = 0;     ///< envelopes gone although no opened acknowledgement was given
  int unacknowledged = 0;  ///< appends that were under way at the cut and are there: allowed
  int filed_again = 0;     ///< by those who were told nothing when the power went
  std::uint64_t first_bad_seed = 0;
  [[nodiscard]] bool flawless() const {
    return lost + changed + duplicated + unverified + not_opened + false_alarms + half_erased == 0;
  }
};

/// Whether who files again asks first if it is there. Only the control does not, to show that the rig sees
/// duplicates.
enum class Asking { First, Never };

/// The real Store over a ModelDisk. Each seed is a world: an empty disk, the creation of the queue, then
/// citizens, receipts, anchors, acknowledgements and erasures, cut off at a random operation and started
/// again several times. One seed is one run; a seed that fails can be run alone.
[[nodiscard]] Tally run(int crashes, std::uint64_t first_seed, store::Durability durability,
                        Asking asking = Asking::First);

/// One line.
[[nodiscard]] std::string describe(const Tally& tally);

}  // namespace pishkhan::power_cut
