#pragma once

#include <string>

namespace pishkhan::bench {

struct BacklogReport {
  int days = 90;
  int requests_a_day = 500;
  int samples = 1500;  ///< filings into the full queue and into the young one, in turn
  std::string json;    ///< also write the figures to this file; empty: no
};

/// `pishkhan-bench backlog`: fills a queue as a kiosk would in so many days without a network, then compares
/// filing into it with filing into a queue of this morning, and times what else looks at the backlog. The exit
/// status: 1 if the disk or the store refuses.
[[nodiscard]] int report_backlog(const BacklogReport& report);

}  // namespace pishkhan::bench
