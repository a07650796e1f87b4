#pragma once

#include "tests/machine/rig.h"

namespace pishkhan::machine {

/// The part of `./dev image test` in which what hangs on the machine from outside is torn off and comes back: card,
/// reader and printer in the midst of a visit, the network while it files, the backend. Each must end as the twin's
/// does, whose devices suffer the same, and with every request at the backend once. The machine is on, its welcome
/// screen shown and paired. True if every step got where it should.
[[nodiscard]] bool survive_faults(Rig& rig);

}  // namespace pishkhan::machine
