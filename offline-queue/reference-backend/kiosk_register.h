#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/signing_key.h"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace pishkhan::backend {

enum class EpochState { Active, Revoked };

struct EnrolledEpoch {
  int kiosk = 0;
  int epoch = 0;
  protocol::PublicPoint key{};
  EpochState state = EpochState::Active;
};

enum class RegisterFault { Unreadable, Malformed };

/// Which kiosks and epochs are enrolled, from kiosks.json: [{"kiosk", "epoch", "key" (hex), "state"}].
/// Immutable: read by any thread.
class KioskRegister {
 public:
  static Result<KioskRegister, RegisterFault> load(const std::filesystem::path& file);
  static Result<KioskRegister, RegisterFault> parse(std::string_view json);
  [[nodiscard]] static std::string encode(const std::vector<EnrolledEpoch>& epochs);
  [[nodiscard]] std::optional<EnrolledEpoch> find(int kiosk, int epoch) const;
  [[nodiscard]] std::size_t size() const { return epochs_.size(); }

 private:
  std::vector<EnrolledEpoch> epochs_;
};

}  // namespace pishkhan::backend
