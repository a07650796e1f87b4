#pragma once

#include "offline-queue/protocol/signing_key.h"
#include "offline-queue/protocol/tpm.h"

namespace pishkhan::protocol {

/// What a SigningKey holds, at an address that does not change when the SigningKey is moved.
struct SigningKey::Private {
  std::unique_ptr<TpmContext> tpm;  ///< nothing: the key lies in our memory; outlives `key`
  KeyHandle key;
  /// DER, of a SHA-256 digest (32 bytes); the number of bytes written, 0: the TPM refused.
  [[nodiscard]] std::size_t sign_digest(ByteView digest, std::span<std::uint8_t> der) const;
};

}  // namespace pishkhan::protocol
