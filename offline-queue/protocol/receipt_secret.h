#pragma once

#include "base/core/personal.h"
#include "offline-queue/protocol/device_secret.h"

namespace pishkhan::protocol {

/// The number on the receipt that, with the tracking code, lets its holder read replies and act: 8 ASCII
/// digits. Derived from the device secret and the request's id, so that a reprint shows the same and
/// nothing need be stored. The backend limits attempts; it learns the number inside the envelope.
[[nodiscard]] PersonalText receipt_secret(const DeviceSecret& secret, const RequestId& request);

}  // namespace pishkhan::protocol
