#pragma once

#include "drivers/simulated/simulated_printer.h"
#include "tests/umockdev/usb_rig.h"

#include <cstddef>
#include <string>
#include <variant>

namespace pishkhan::rig {

/// What befalls the printer itself while a receipt is on its way.
enum class Happening : std::uint8_t { Contradiction, PaperOut, CoverOpen, CutterJam };
using PrintFault = std::variant<UrbFault, Happening>;
[[nodiscard]] const char* name(PrintFault fault);
/// Every UrbFault and every Happening.
[[nodiscard]] const std::vector<PrintFault>& all_print_faults();

/// How many URBs the receipt takes when nothing goes wrong; 0: this machine is too busy to print it in time.
[[nodiscard]] std::size_t urbs_of_receipt();

/// Prints a receipt through the real libusb while the fault strikes that URB: no false word, in time; then
/// another receipt, which comes out whole, after a replug where the fault leaves nothing else. What did not
/// hold; empty: all did. `outcome` is told for counting.
[[nodiscard]] std::string check_print_fault(PrintFault fault, std::size_t urb_index, std::string& outcome);

}  // namespace pishkhan::rig
