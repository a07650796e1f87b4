#pragma once

#include "tests/machine/rig.h"

#include <cstdint>

namespace pishkhan::machine {

/// The part of `./dev image test` in which the plug is pulled while a request is being filed, `cuts` times, at moments
/// drawn from `seed`, without a network, and with a disk whose volatile cache is lost with the power. Every receipt
/// that came out must afterwards have its request at the backend, exactly once. Then the same once with a disk that
/// only claims to flush: there a request with a printed receipt must get lost, or the rig would prove nothing.
[[nodiscard]] bool survive_power_cuts(Rig& rig, int cuts, std::uint32_t seed);

}  // namespace pishkhan::machine
