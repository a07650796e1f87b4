#pragma once

#include <chrono>

namespace pishkhan {

/// Wall time, Unix epoch, milliseconds. May jump; is evidence, not truth.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
/// Time since an arbitrary start that never jumps or runs backwards. For deadlines and animations.
using SteadyTime = std::chrono::milliseconds;

/// The only door to time, so that a whole day can be simulated. Thread: implementations are safe from any.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

/// The machine's own clocks (CLOCK_REALTIME and CLOCK_MONOTONIC).
class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] SteadyTime steady() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace pishkhan
