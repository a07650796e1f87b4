#pragma once

#include "offline-queue/protocol/device_secret.h"

namespace pishkhan::protocol {

/// What a keyed hash is for; the same words give unrelated hashes for different purposes.
enum class HashPurpose {
  Duplicate,  ///< "the same case is already waiting here" (of the case key)
  Recovery,   ///< "I filed a moment ago and got no receipt" (of the mobile number or national ID)
};

/// BLAKE2b-256 keyed with the device secret. National IDs and mobile numbers are few, so any hash that is
/// stored can be guessed by whoever also has the secret: the store purges them (see store.h).
[[nodiscard]] Hash keyed_hash(const DeviceSecret& secret, HashPurpose purpose, ByteView words);

}  // namespace pishkhan::protocol
