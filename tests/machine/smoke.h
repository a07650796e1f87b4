#pragma once

#include "tests/machine/rig.h"

namespace pishkhan::machine {

/// `./dev image smoke`: boots the disk image, meets the welcome screen, and makes a whole visit by touch, with card
/// and receipt, with every device attached from outside. What it saw stays in the rig's folder. True if every step
/// got where it should. The machine stays on.
[[nodiscard]] bool smoke(Rig& rig);

}  // namespace pishkhan::machine
