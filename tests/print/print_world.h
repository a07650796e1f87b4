#pragma once

#include "base/core/bitmap.h"
#include "drivers/receipt-printer/job.h"
#include "drivers/simulated/simulated_printer.h"
#include "tests/print/faulty_link.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::print_rig {

/// The simulated printer that a model describes: its language, width, resolution, buffer and knife.
[[nodiscard]] simulated::PrinterSetup printer_of(const printer::Model& model);

/// The shipped models, and variants of them so that every form of every field is printed with.
[[nodiscard]] const std::vector<printer::Model>& models();

/// True if `strip` begins, below its lead and beside the model's margin, with exactly these dots, and has no
/// other ink.
[[nodiscard]] bool shows(const simulated::Strip& strip, const Bitmap& receipt, const printer::Model& model);

/// What the printer complains of, but for real-time commands inside dots; empty if nothing.
[[nodiscard]] std::string complaints_of(simulated::SimulatedPrinter& printer);
[[nodiscard]] bool printed_letters(simulated::SimulatedPrinter& printer);

/// The real driver and the strict simulated printer of its model, in virtual time. Thread: one.
class PrintWorld {
 public:
  explicit PrintWorld(const printer::Model& model, Plan plan = {}, int rows_per_second = 0);

  [[nodiscard]] printer::PrintOutcome print(const Bitmap& receipt,
                                            std::chrono::milliseconds within = std::chrono::seconds(30));
  /// Puts everything right, as staff would; a printer or a kiosk without power starts again.
  void mend();
  [[nodiscard]] bool came_out(const Bitmap& receipt);
  [[nodiscard]] bool came_out_last(const Bitmap& receipt);
  [[nodiscard]] std::string complaints() { return complaints_of(device_); }
  [[nodiscard]] bool printed_letters() { return print_rig::printed_letters(device_); }

  [[nodiscard]] simulated::SimulatedPrinter& device() { return device_; }
  [[nodiscard]] FaultyLink& link() { return *link_; }
  [[nodiscard]] const printer::Model& model() const { return model_; }
  [[nodiscard]] simulated::VirtualClock& clock() { return clock_; }
  [[nodiscard]] printer::ReceiptPrinter& driver() { return *driver_; }

 private:
  void connect(Plan plan);

  printer::Model model_;
  simulated::VirtualClock clock_;
  SeededRandom random_{7};
  simulated::SimulatedPrinter device_;
  std::unique_ptr<FaultyLink> link_;
  std::optional<printer::ReceiptPrinter> driver_;
};

}  // namespace pishkhan::print_rig
