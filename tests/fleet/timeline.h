#pragma once

#include "base/core/clock.h"

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace pishkhan::fleet {

/// Virtual time: what shall happen, in order of when, then of when it was said. It jumps from one to the next,
/// so a day costs what happens in it. Thread: one.
class Timeline {
 public:
  [[nodiscard]] SteadyTime now() const { return now_; }
  [[nodiscard]] WallTime true_time() const { return WallTime(std::chrono::seconds(1'795'000'000)) + now_; }
  void after(SteadyTime delay, std::function<void()> what) {
    waiting_.push({now_ + std::max(delay, SteadyTime{0}), next_++, std::move(what)});
  }
  /// Runs all that is due until `end`, or until `stop()` says so.
  void run_until(SteadyTime end, const std::function<bool()>& stop) {
    while (!waiting_.empty() && waiting_.top().when <= end && !stop()) {
      const std::function<void()> what = waiting_.top().what;
      now_ = waiting_.top().when;
      waiting_.pop();
      what();
    }
    now_ = std::max(now_, end);
  }

 private:
  struct Due {
    SteadyTime when{0};
    std::uint64_t serial = 0;
    std::function<void()> what;
    friend bool operator<(const Due& one, const Due& other) {
      return std::pair(other.when, other.serial) < std::pair(one.when, one.serial);
    }
  };
  std::priority_queue<Due> waiting_;
  SteadyTime now_{0};
  std::uint64_t next_ = 0;
};

/// The backend's clock: right.
class TrueClock final : public Clock {
 public:
  explicit TrueClock(const Timeline& timeline) : timeline_(timeline) {}
  [[nodiscard]] WallTime wall() const override { return timeline_.true_time(); }
  [[nodiscard]] SteadyTime steady() const override { return timeline_.now(); }

 private:
  const Timeline& timeline_;
};

/// A kiosk's clock: off by something, drifting, and set by somebody now and then.
class KioskClock final : public Clock {
 public:
  explicit KioskClock(const Timeline& timeline) : timeline_(timeline) {}
  [[nodiscard]] WallTime wall() const override {
    const auto drift = SteadyTime(timeline_.now().count() * drift_parts_per_million_ / 1'000'000);
    return timeline_.true_time() + offset_ + drift;
  }
  [[nodiscard]] SteadyTime steady() const override {
    return timeline_.now() - switched_on_ + SteadyTime{5'000};
  }
  void set(SteadyTime offset) { offset_ = offset; }
  void drift(std::int64_t parts_per_million) { drift_parts_per_million_ = parts_per_million; }
  void switch_on() { switched_on_ = timeline_.now(); }

 private:
  const Timeline& timeline_;
  SteadyTime offset_{0};
  SteadyTime switched_on_{0};
  std::int64_t drift_parts_per_million_ = 0;
};

}  // namespace pishkhan::fleet
