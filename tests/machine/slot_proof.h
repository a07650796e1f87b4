#pragma once

#include "tests/machine/rig.h"

namespace pishkhan::machine {

/// The part of `./dev image test` about the system slot: one flipped bit in a block that is read is refused, and
/// nothing that must not be shipped is inside. The rig is prepared. True if every step got where it should.
[[nodiscard]] bool slot_is_sound(Rig& rig);

}  // namespace pishkhan::machine
