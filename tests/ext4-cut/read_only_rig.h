#pragma once

#include "tests/ext4-cut/store_rig.h"

namespace pishkhan::ext4_cut {

/// What happened when the kernel took a file system read-only under the store, as it does by itself when a disk
/// fails.
struct ReadOnlyTally {
  int rounds = 0;
  int promised = 0;
  int refused = 0;   ///< filings that the store refused afterwards
  int accepted = 0;  ///< filings that it accepted although nothing could be written: must be none
  int told = 0;      ///< openings that said ReadOnly while it was so
  int lost = 0;      ///< promised, and not there once the disk could be written again
  int went_on = 0;   ///< rounds after which filing went on
  int rig_failures = 0;
  [[nodiscard]] bool flawless() const {
    return accepted + lost + rig_failures == 0 && refused > 0 && told == rounds && went_on == rounds;
  }
};

/// The store on a real ext4 that aborts (remount,abort: what the kernel does when its journal fails) between
/// any two filings, is opened while it is read-only, and again when it is mounted anew.
[[nodiscard]] ReadOnlyTally make_read_only(const Places& places, int rounds, std::uint64_t seed);

}  // namespace pishkhan::ext4_cut
