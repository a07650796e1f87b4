#include "tests/umockdev/print_faults.h"

#include "base/core/clock.h"
#include "base/core/random.h"
#include "drivers/receipt-printer/job.h"
#include "drivers/receipt-printer/shipped_models_test.h"
#include "tests/umockdev/plugged.h"

#include <algorithm>
#include <utility>

namespace pishkhan::rig {

namespace {

using namespace std::chrono_literals;
using printer::NotPrinted;
using printer::Printed;
using printer::PrintOutcome;

constexpr std::chrono::milliseconds within{1500};
/// A machine with more to do than processors is late with its answers, too; that is no fault of a driver.
constexpr std::chrono::milliseconds cancel_time{200};
/// The transport may take a moment to notice that a cancelled transfer does not come back.
constexpr std::chrono::milliseconds grace{1000};

bool shows(const simulated::Strip& strip, const Bitmap& receipt) {
  if (strip.dots.height() < strip.top_margin_rows + receipt.height()) return false;
  for (int y = 0; y < receipt.height(); ++y) {
    if (!std::ranges::equal(strip.dots.row(strip.top_margin_rows + y), receipt.row(y))) return false;
  }
  return true;
}

bool came_out(simulated::SimulatedPrinter& device, const Bitmap& receipt) {
  const auto strips = device.strips();
  return std::ranges::any_of(strips, [&](const simulated::Strip& strip) { return shows(strip, receipt); });
}

bool came_out_last(simulated::SimulatedPrinter& device, const Bitmap& receipt) {
  const auto strips = device.strips();
  return !strips.empty() && shows(strips.back(), receipt);
}

void happen(simulated::SimulatedPrinter& device, Happening what) {
  switch (what) {
    case Happening::Contradiction:
      return device.contradict_once();
    case Happening::PaperOut:
      return device.set_paper(simulated::Paper::Out);
    case Happening::CoverOpen:
      return device.set_cover(simulated::Cover::Open);
    case Happening::CutterJam:
      return device.set_cutter(simulated::Cutter::WillJam);
  }
}

std::string describe(const PrintOutcome& outcome) {
  if (std::holds_alternative<Printed>(outcome)) return "printed";
  return std::holds_alternative<NotPrinted>(outcome) ? "not printed" : "unknown";
}

/// One machine: bus, printer, driver. The driver's transport may have to be opened again.
class Desk {
 public:
  Desk() : device_(clock_) {
    rig_.plug_in(device_);
    bus_ = std::move(usb::Bus::start({.cancel_time = cancel_time}).value());
    open();
  }
  void open() {
    driver_.reset();
    transport_.reset();
    transport_ = open_first(*bus_, printer::test::shipped_models().wanted());
    if (transport_) driver_.emplace(*transport_, clock_, random_, printer::test::shipped("epson-tm-t20"));
  }
  [[nodiscard]] PrintOutcome print(const Bitmap& receipt) {
    return driver_ ? driver_->print(receipt, within)
                   : PrintOutcome(NotPrinted{printer::PrinterFault::Unplugged});
  }
  [[nodiscard]] PrintOutcome print_after_mending(const Bitmap& receipt) {
    device_.set_paper(simulated::Paper::Full);
    device_.set_cover(simulated::Cover::Closed);
    device_.set_cutter(simulated::Cutter::Working);
    PrintOutcome outcome = print(receipt);
    if (std::holds_alternative<Printed>(outcome)) return outcome;
    // A transport that is finished, or a printer that babbles until its plug is pulled: as staff would.
    driver_.reset();
    transport_.reset();
    rig_.unplug(device_, UrbFault::UnplugError);
    rig_.plug_in(device_);
    open();
    return print(receipt);
  }
  [[nodiscard]] UsbRig& rig() { return rig_; }
  [[nodiscard]] simulated::SimulatedPrinter& device() { return device_; }
  [[nodiscard]] SteadyTime now() const { return clock_.steady(); }

 private:
  SystemClock clock_;
  SeededRandom random_{5};
  simulated::SimulatedPrinter device_;
  UsbRig rig_;
  std::unique_ptr<usb::Bus> bus_;
  std::unique_ptr<usb::Transport> transport_;
  std::optional<printer::ReceiptPrinter> driver_;
};

}  // namespace

const char* name(PrintFault fault) {
  if (const auto* on_the_bus = std::get_if<UrbFault>(&fault)) return name(*on_the_bus);
  switch (std::get<Happening>(fault)) {
    case Happening::Contradiction:
      return "contradictory status";
    case Happening::PaperOut:
      return "paper out";
    case Happening::CoverOpen:
      return "cover open";
    case Happening::CutterJam:
      return "cutter jam";
  }
  return "";
}

const std::vector<PrintFault>& all_print_faults() {
  static const std::vector<PrintFault> all = [] {
    std::vector<PrintFault> made(all_urb_faults().begin(), all_urb_faults().end());
    for (const Happening what :
         {Happening::Contradiction, Happening::PaperOut, Happening::CoverOpen, Happening::CutterJam}) {
      made.emplace_back(what);
    }
    return made;
  }();
  return all;
}

std::size_t urbs_of_receipt() {
  Desk desk;
  const bool printed = std::holds_alternative<Printed>(desk.print(small_receipt(576, 120)));
  return printed ? desk.rig().urbs(desk.device()) : 0;
}

std::string check_print_fault(PrintFault fault, std::size_t urb_index, std::string& outcome) {
  const Bitmap receipt = small_receipt(576, 120);
  Desk desk;
  if (const auto* on_the_bus = std::get_if<UrbFault>(&fault)) {
    desk.rig().strike(desk.device(), urb_index, *on_the_bus);
  } else {
    const Happening what = std::get<Happening>(fault);
    desk.rig().when(desk.device(), urb_index, [&desk, what] { happen(desk.device(), what); });
  }
  const SteadyTime begun = desk.now();
  const PrintOutcome result = desk.print(receipt);
  const auto took = desk.now() - begun;
  outcome = describe(result);
  if (took > within + printer::ReceiptPrinter::cleaning_time + grace)
    return "took " + std::to_string(took.count()) + " ms";
  if (std::holds_alternative<Printed>(result) && !came_out_last(desk.device(), receipt))
    return "a false printed";
  const bool not_printed = std::holds_alternative<NotPrinted>(result);
  if (not_printed && came_out(desk.device(), receipt)) return "a false not printed";
  const Bitmap next = small_receipt(576, 60);
  if (!std::holds_alternative<Printed>(desk.print_after_mending(next)))
    return "the next receipt was not printed";
  if (!came_out_last(desk.device(), next)) return "the next receipt is not what came out";
  if (not_printed && came_out(desk.device(), receipt)) return "it came out after all";
  return {};
}

}  // namespace pishkhan::rig
