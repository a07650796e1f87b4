#include "offline-queue/reference-backend/attempts.h"

namespace pishkhan::backend {

std::optional<std::chrono::milliseconds> Attempts::attempt(const std::string& key, SteadyTime now) {
  // Old windows are forgotten once there are many, so that guessing codes cannot fill the memory for long.
  if (windows_.size() > 10'000) {
    std::erase_if(windows_, [&](const auto& entry) { return now - entry.second.began >= window_; });
  }
  Window& window = windows_[key];
  if (window.count == 0 || now - window.began >= window_) window = {now, 0};
  if (window.count >= largest_) return window.began + window_ - now;
  ++window.count;
  return std::nullopt;
}

}  // namespace pishkhan::backend
