#pragma once

#include <string>

namespace pishkhan::bench {

struct PrintReport {
  std::string json;
  int rounds = 200;
};

/// ./dev bench print: what a full receipt costs us until its bytes are ready, beside the time that a print head
/// of 200 mm/s takes for the same length, beside receiptline (npm) for the same picture where it is installed,
/// and from the print effect to the first band of dots. Exit code.
[[nodiscard]] int report_print(const PrintReport& report);

}  // namespace pishkhan::bench
