#pragma once

#include "tests/machine/rig.h"

namespace pishkhan::machine {

/// The part of `./dev image test` about starting: a program that crashes is started again at once and leaves no
/// core; a disk that nobody has set up and one whose data partition is destroyed say so on the panel. The first
/// needs the machine at its welcome screen. True if every step got where it should.
[[nodiscard]] bool crash_is_mended(Rig& rig);
[[nodiscard]] bool failed_starts_are_told(Rig& rig);

}  // namespace pishkhan::machine
