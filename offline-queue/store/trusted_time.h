#pragma once

#include "base/core/clock.h"
#include "offline-queue/store/files.h"

#include <filesystem>
#include <optional>

namespace pishkhan::store {

/// The newest time that the backend told this kiosk, kept over restarts: a lower bound of the true time that
/// never goes back, whatever the kiosk's own clock does. `trusted.time` has two slots, 512 bytes apart, written
/// in turn and in place: "PKT1" · milliseconds since 1970 (8, big-endian) · first 16 bytes of BLAKE2b-256 of
/// all that. Thread: one owner.
class TrustedTime {
 public:
  /// What was heard is written when it is this much newer than what is there.
  static constexpr std::chrono::minutes write_interval{1};

  /// Reads the folder's file; one that is missing or damaged is no bound. `files` and `clock` outlive it.
  TrustedTime(const std::filesystem::path& folder, Files& files, const Clock& clock);

  /// An answer of the backend said so. An older time changes nothing. Fails if it could not be written: it
  /// counts until the program ends.
  Result<void, FileFault> heard(WallTime server_time);
  /// The newest one that was heard; nothing: none ever.
  [[nodiscard]] std::optional<WallTime> last() const { return last_; }
  /// That, and what went by since on the clock that never jumps: the true time is not before it.
  [[nodiscard]] std::optional<WallTime> certainly_passed() const;

 private:
  std::filesystem::path file_;
  Files& files_;
  const Clock& clock_;
  std::optional<WallTime> last_;
  std::optional<WallTime> written_;
  SteadyTime heard_at_{0};
  std::size_t next_slot_ = 0;
};

}  // namespace pishkhan::store
