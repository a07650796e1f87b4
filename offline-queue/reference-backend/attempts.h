#pragma once

#include "base/core/clock.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace pishkhan::backend {

/// How often something may be tried: at most `largest` times in each `window`, per key. The tries are counted,
/// not the failures, so that a right guess looks like any other. Thread: one owner.
class Attempts {
 public:
  Attempts(int largest, std::chrono::milliseconds window) : largest_(largest), window_(window) {}
  /// Counts one; or says how long to wait.
  [[nodiscard]] std::optional<std::chrono::milliseconds> attempt(const std::string& key, SteadyTime now);

 private:
  struct Window {
    SteadyTime began{0};
    int count = 0;
  };
  int largest_;
  std::chrono::milliseconds window_;
  std::map<std::string, Window> windows_;
};

}  // namespace pishkhan::backend
