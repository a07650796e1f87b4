#pragma once

#include "base/core/personal.h"
#include "offline-queue/protocol/device_secret.h"

namespace pishkhan::protocol {

/// Drawn at random with each request. It lies beside the request only as long as a receipt may still have to be
/// printed, and is then erased for good: from then on nobody can compute the number again, not even who has the
/// device secret.
using ReceiptSalt = std::array<std::uint8_t, 16>;

/// The number on the receipt that, with the tracking code, lets its holder read replies and act: 8 ASCII
/// digits. Derived, so that what lies on the disk and in SQLite's memory until then is not the number itself.
/// The backend limits attempts; it learns the number inside the envelope.
[[nodiscard]] PersonalText receipt_secret(const DeviceSecret& secret, const RequestId& request,
                                          const ReceiptSalt& salt);

}  // namespace pishkhan::protocol
