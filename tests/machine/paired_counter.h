#pragma once

#include "drivers/simulated/citizen_card.h"
#include "kiosk/demo/machine.h"
#include "kiosk/demo/robot.h"
#include "tests/machine/outside.h"
#include "tests/machine/picture_difference.h"
#include "tests/machine/test_city.h"
#include "tests/machine/virtual_machine.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::machine {

/// A visit at the virtual machine, beside its twin: the same kiosk in this process, without a display and with
/// simulated devices, for the same city. The twin knows where a target lies and what the screen must look like next;
/// the finger taps both, and the virtual machine's screenshot must become the twin's picture. So nothing is told to
/// the machine under test, and nothing is read from it but its screen. Thread: the UI thread of the twin.
class PairedCounter {
 public:
  struct Parts {
    VirtualMachine* machine = nullptr;
    Outside* outside = nullptr;
    TestCity* city = nullptr;
    std::filesystem::path folder;  ///< of the twin's disk and of the pictures
    int* pictures = nullptr;       ///< how many there are; each has its number
  };
  explicit PairedCounter(Parts parts);

  [[nodiscard]] Result<void, Trouble> switch_twin_on();
  /// Taps the target on both.
  [[nodiscard]] Result<void, Trouble> tap(std::string_view id);
  /// Types with the on-screen keyboard's visible plane, key by key.
  [[nodiscard]] Result<void, Trouble> type(std::string_view text);
  /// Whose card insert_card() takes from now on.
  void next_citizen();
  void insert_card();
  void remove_card();
  // The same thing done to the machine's device and the twin's.
  [[nodiscard]] Result<void, Trouble> unplug_reader();
  [[nodiscard]] Result<void, Trouble> plug_reader();
  /// Rows of dots a second, 0: at once.
  void set_print_speed(int rows_per_second);
  void unplug_printer();
  void plug_printer();
  /// Waits until the machine shows what the twin shows, within these bands (none: the whole screen), and keeps the
  /// machine's picture as `name`.png. At most `tolerance` of the pixels may differ.
  [[nodiscard]] Result<void, Trouble> look_alike(const std::string& name, double tolerance = strict,
                                                 const std::vector<Band>& bands = {});
  [[nodiscard]] demo::Robot& twin() { return *robot_; }
  [[nodiscard]] simulated::SimulatedPrinter& twin_printer() { return twin_->printer(); }
  /// The greatest difference that look_alike() let pass so far.
  [[nodiscard]] double worst() const { return worst_; }

  static constexpr double strict = 0.0003;  ///< about 600 pixels: a caret that blinks
  static constexpr double with_clock = 0.003;
  static constexpr std::chrono::seconds patience{120};
  /// A receipt's code, time and signature are each machine's own; the bars above and below its picture are not.
  static std::vector<Band> around_the_receipt() { return {{0, 180}, {1760, 1920}}; }

 private:
  void touch(toolkit::Point at);

  Parts parts_;
  std::optional<demo::Machine> twin_;
  std::optional<demo::Robot> robot_;
  simulated::CardHolder holder_;
  double worst_ = 0;
};

}  // namespace pishkhan::machine
