#pragma once

#include <cstdint>
#include <string>

namespace pishkhan::ext4_cut {

/// What a run of power cuts showed.
struct Tally {
  int cuts = 0;
  int cuts_before_first_promise = 0;  ///< while the disk's first queue was being made, or before it was
  int promised = 0;                   ///< acknowledgements read before their cut
  int receipts = 0;                   ///< of those, with a receipt on paper, too
  int erasures = 0;                   ///< opened requests whose envelope was being erased
  int lost = 0;                       ///< promised, and not there
  int duplicated = 0;                 ///< there more than once
  int corrupt = 0;                    ///< there, but changed, or not verifying although nobody touched the disk
  int not_opened = 0;                 ///< restarts after which the queue or the kiosk did not come up
  int rig_failures = 0;               ///< the rig itself could not do its work
  std::uint64_t first_bad_seed = 0;

  [[nodiscard]] bool flawless() const { return lost + duplicated + corrupt + not_opened + rig_failures == 0; }
};
[[nodiscard]] std::string describe(const Tally& tally);

}  // namespace pishkhan::ext4_cut
