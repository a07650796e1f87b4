#pragma once

#include "tests/machine/rig.h"

#include <string>

namespace pishkhan::machine {

/// The request of this tracking code as cases opened it; waits until it is there. Trouble: it does not come, is not
/// accepted, or is there more than once.
[[nodiscard]] Result<protocol::Request, Trouble> await_request(
    Rig& rig, const std::string& tracking_code, std::chrono::seconds patience = PairedCounter::patience);

/// No request and no tracking code is there twice.
[[nodiscard]] Rig::Outcome nothing_is_there_twice(Rig& rig);

}  // namespace pishkhan::machine
