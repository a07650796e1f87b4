#pragma once

#include "kiosk/visit/state.h"

#include <string>

namespace pishkhan::workers {

/// What health says of the machine and of what it shows. Nothing of any visit.
struct MachineCondition {
  std::string catalogue;  ///< fingerprint of the pack that the next visit begins with; empty: none
  bool printer_ready = false;
  std::string printer_device;
  std::string printer_paper;
  std::string printer_code;
  int receipts_retracted = 0;  ///< since the start
  bool reader_present = false;
  std::string reader_code;
  std::string staff_code;  ///< why the counter is out of order; empty: it is not
  friend bool operator==(const MachineCondition&, const MachineCondition&) = default;

  [[nodiscard]] static MachineCondition of(const visit::Surroundings& around) {
    return {around.catalogue == nullptr ? std::string() : around.catalogue->fingerprint,
            around.printer_ready,
            around.printer_device,
            around.printer_paper,
            around.printer_code,
            around.receipts_retracted,
            around.reader_present,
            around.reader_code,
            code_of(around)};
  }

 private:
  static std::string code_of(const visit::Surroundings& around) {
    if (!around.start_code.empty()) return around.start_code;
    if (around.staff_code.empty() && around.catalogue == nullptr) return "CATALOGUE";
    return around.staff_code;
  }
};

}  // namespace pishkhan::workers
