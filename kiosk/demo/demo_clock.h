#pragma once

#include "base/core/clock.h"

#include <atomic>

namespace pishkhan::demo {

/// The machine's clocks, with a wall time that the dock can set wrong, and with waiting that the tour can
/// skip. Thread: safe from any.
class DemoClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override {
    return SystemClock().wall() + std::chrono::milliseconds(offset_ms_.load());
  }
  [[nodiscard]] SteadyTime steady() const override {
    return SystemClock().steady() + SteadyTime(skipped_ms_.load());
  }
  /// As if so much time had passed; on both clocks.
  void skip(std::chrono::milliseconds time) {
    skipped_ms_ += time.count();
    offset_ms_ += time.count();
  }
  void set_ahead(std::chrono::milliseconds offset) { offset_ms_ = offset.count(); }
  [[nodiscard]] std::chrono::milliseconds ahead() const { return std::chrono::milliseconds(offset_ms_.load()); }

 private:
  std::atomic<std::int64_t> offset_ms_{0};
  std::atomic<std::int64_t> skipped_ms_{0};
};

}  // namespace pishkhan::demo
