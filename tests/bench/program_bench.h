#pragma once

#include <optional>

namespace pishkhan::bench {

struct ProgramFigures {
  int starts = 0;
  double start_ms = 0;          ///< exec to READY=1, which is sent after the first frame that answers a touch
  double proportional_mib = 0;  ///< Pss of /proc/PID/smaps_rollup
  double idle_seconds = 0;
  double idle_cpu_percent = 0;  ///< of one core, user and system
};

/// Runs the kiosk program itself, without a display, as the service manager would. Nothing if it does not
/// start.
[[nodiscard]] std::optional<ProgramFigures> measure_program(double idle_seconds);

}  // namespace pishkhan::bench
