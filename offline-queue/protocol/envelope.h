#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "offline-queue/protocol/secret_bytes.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>

namespace pishkhan::protocol {

enum class EnvelopeFault {
  TooLarge,   ///< the body is larger than the largest size bucket
  Malformed,  ///< not an envelope, of another version, or of an algorithm that we do not know
  OtherKey,   ///< sealed to a key that was not given
  Damaged,    ///< the seal does not open: changed, cut off, or not sealed to this key
  BadKey,     ///< a public key that libsodium refuses
  KeyFile,    ///< the key file is missing, unreadable or not one of ours
};

/// What a kiosk holds: it can seal to the municipality, never open.
struct OpeningPublicKey {
  std::uint32_t id = 0;                       ///< named in every envelope, so that keys can change
  std::array<std::uint8_t, 32> public_key{};  ///< X25519
};

/// The key that opens. Only `cases` and its key tool have it. Wiped when destroyed. Thread: a value.
class OpeningKey {
 public:
  /// Fresh, from libsodium's generator.
  [[nodiscard]] static OpeningKey generate(std::uint32_t id);
  [[nodiscard]] static Result<OpeningKey, EnvelopeFault> load(const std::filesystem::path& file);
  /// JSON, mode 0600; never overwrites.
  [[nodiscard]] Result<void, EnvelopeFault> save(const std::filesystem::path& file) const;
  [[nodiscard]] const OpeningPublicKey& public_part() const { return public_; }
  [[nodiscard]] ByteView secret() const { return secret_.view(); }

 private:
  OpeningKey() = default;
  OpeningPublicKey public_;
  SecretBytes secret_;
};

/// An envelope is
///
///     version (1 byte, 1) · algorithm (1 byte, 1 = X25519 sealed box) · opening key id (4 bytes, big-endian)
///     · sealed box of { the same 6 bytes · body length (4) · body · zeros up to a size bucket }
///
/// The head is repeated inside because a sealed box authenticates no outside data. A sealed box also does
/// not say who sealed it: the chain's signature does (chain.h). The bucket hides all but a rough size.
/// The one-time key inside is from libsodium's own generator.
[[nodiscard]] Result<Bytes, EnvelopeFault> seal(ByteView body, const OpeningPublicKey& key);

/// Which key opens it.
[[nodiscard]] Result<std::uint32_t, EnvelopeFault> opening_key_id(ByteView envelope);

/// Any changed, missing or added bit is refused. `keys`: current and retired opening keys.
[[nodiscard]] Result<SecretBytes, EnvelopeFault> open(ByteView envelope, std::span<const OpeningKey> keys);

/// Body sizes are rounded up to these: 1, 2, 4, 8, 16, 32, 64 KiB (head and length included).
[[nodiscard]] std::size_t size_bucket(std::size_t plain_bytes);

}  // namespace pishkhan::protocol
