#pragma once

#include "base/core/clock.h"

#include <atomic>
#include <cstdint>

namespace pishkhan::simulated {

/// A clock that stands still until somebody waits on a simulated device that runs in it
/// (SimulatedDevice::run_in), or moves it by hand. So a deadline of seconds is reached in microseconds.
/// Thread: safe from any.
class VirtualClock final : public Clock {
 public:
  /// Begins with the machine's own, so that certificates are valid.
  [[nodiscard]] WallTime wall() const override { return begun_ + (steady() - start); }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(milliseconds_.load()); }
  void advance(SteadyTime by) { milliseconds_ += by.count(); }

 private:
  static constexpr SteadyTime start{1'000'000};
  WallTime begun_ = SystemClock().wall();
  std::atomic<std::int64_t> milliseconds_{start.count()};
};

}  // namespace pishkhan::simulated
