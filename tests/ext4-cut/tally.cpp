#include "tests/ext4-cut/tally.h"

#include <array>
#include <cstdio>

namespace pishkhan::ext4_cut {

std::string describe(const Tally& tally) {
  std::array<char, 320> text{};
  std::snprintf(text.data(), text.size(),
                "%d cuts (%d before the first promise), %d promised (%d receipts), %d erasures: "
                "%d lost, %d duplicated, %d corrupt, %d not opened, %d failures of the rig",
                tally.cuts, tally.cuts_before_first_promise, tally.promised, tally.receipts, tally.erasures,
                tally.lost, tally.duplicated, tally.corrupt, tally.not_opened, tally.rig_failures);
  return text.data();
}

}  // namespace pishkhan::ext4_cut
