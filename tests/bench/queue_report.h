#pragma once

#include <cstdint>
#include <filesystem>

namespace pishkhan::bench {

struct QueueReport {
  std::filesystem::path json;  ///< empty: the table only
  int rounds = 15;
  int messages = 200;      ///< a round
  int cuts = 12;           ///< of each peer's power, if this is root and has a loop device
  std::uint64_t seed = 1;  ///< of the cuts
};

/// `pishkhan-bench queue`: measures, cuts the power under each, prints the table. The exit status.
[[nodiscard]] int report_queues(const QueueReport& report);

}  // namespace pishkhan::bench
