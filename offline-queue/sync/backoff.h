#pragma once

#include "base/core/random.h"

#include <chrono>
#include <optional>

namespace pishkhan::sync {

/// How long to wait before asking again: full jitter, uniform in 0..min(ceiling, base * 2^failures), so that
/// ten thousand kiosks that lost the same backend do not come back in step. The other side's Retry-After is a
/// floor under it, with its own jitter on top. Pure: no clock, no sleeping. Thread: one owner.
class Backoff {
 public:
  struct Limits {
    std::chrono::milliseconds base{500};
    std::chrono::milliseconds ceiling{5 * 60 * 1000};
    /// A larger Retry-After is not believed beyond this.
    std::chrono::milliseconds largest_retry_after{60 * 60 * 1000};
  };
  explicit Backoff(Limits limits) : limits_(limits) {}

  /// One more failure: how long to wait now. At least 1 ms.
  [[nodiscard]] std::chrono::milliseconds failed(Random& random,
                                                 std::optional<std::chrono::milliseconds> retry_after);
  void succeeded() { failures_ = 0; }
  [[nodiscard]] int failures() const { return failures_; }

 private:
  Limits limits_;
  int failures_ = 0;
};

/// Uniform in half..all of `period`: for polls when everything is well.
[[nodiscard]] std::chrono::milliseconds jittered(std::chrono::milliseconds period, Random& random);

}  // namespace pishkhan::sync
