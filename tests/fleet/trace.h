#pragma once

#include "base/core/clock.h"

#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace pishkhan::fleet {

/// Who in the trace is no kiosk.
constexpr int kWorld = 0;
constexpr int kIngest = 1;
constexpr int kCases = 2;

/// All that happened, as one number, and the last lines of everybody for when it went wrong. It holds nothing
/// that an unseeded generator had a part in (keys, seals, signatures), so that one seed is one digest. Thread:
/// one.
class Trace {
 public:
  /// `what` is a literal.
  void note(SteadyTime when, int who, const char* what, std::int64_t one = 0, std::int64_t two = 0);
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  /// One line each, oldest first: "day 2 13:05:09.120 kiosk 1042 filed 7 0".
  [[nodiscard]] std::string last_of(int who) const;

 private:
  struct Line {
    SteadyTime when{0};
    const char* what = "";
    std::int64_t one = 0;
    std::int64_t two = 0;
  };
  void mix(std::uint64_t value);
  std::map<int, std::deque<Line>> last_;
  std::uint64_t digest_ = 0xcbf29ce484222325;
  std::uint64_t lines_ = 0;
};

}  // namespace pishkhan::fleet
