#pragma once

#include "base/core/random.h"
#include "base/core/result.h"
#include "offline-queue/protocol/chain.h"

#include <filesystem>
#include <string_view>

namespace pishkhan::protocol {

enum class SecretFault { Missing, Unreadable, WrongSize, AlreadyThere, CannotWrite };

/// 32 random bytes that never leave this kiosk. Wiped when destroyed. Thread: read only after loading.
class DeviceSecret {
 public:
  [[nodiscard]] static DeviceSecret generate(Random& random);
  [[nodiscard]] static Result<DeviceSecret, SecretFault> load(const std::filesystem::path& file);
  /// Exactly 32 bytes, mode 0600, synced; never overwrites.
  [[nodiscard]] Result<void, SecretFault> save(const std::filesystem::path& file) const;
  [[nodiscard]] ByteView view() const { return bytes_.view(); }

 private:
  DeviceSecret() = default;
  SecretBytes bytes_;
};

}  // namespace pishkhan::protocol
