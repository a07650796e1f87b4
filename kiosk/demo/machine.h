#pragma once

#include "base/core/random.h"
#include "base/core/result.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/simulated_printer.h"
#include "kiosk/demo/city_backend.h"
#include "kiosk/demo/demo_clock.h"
#include "kiosk/demo/dock.h"
#include "kiosk/demo/simulated_port.h"
#include "kiosk/kiosk.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace pishkhan::demo {

/// A whole kiosk machine without hardware: simulated printer and reader behind the real drivers, the real
/// kiosk on top, and the dock beside it. It can be switched off and on again with its data kept. UI thread.
class Machine {
 public:
  enum class WithDock { No, Yes };
  struct Setup {
    std::filesystem::path folder;  ///< its disk: the queue
    std::filesystem::path city_pack;
    std::filesystem::path keys;        ///< may not exist: then the kiosk is not enrolled
    NetworkSwitch* network = nullptr;  ///< for the dock
    const CityCards* cards = nullptr;  ///< null: no profile, and no card is known
    WithDock dock = WithDock::No;
    int height = 1920;  ///< pixels of the screen; its width follows, 9 : 16
    std::string note;
    int paper_width_dots = 576;
    int rows_per_second = 0;  ///< of the print head; 0 = at once
    store::Durability durability = store::Durability::Full;
  };
  explicit Machine(Setup setup);

  /// Switches the kiosk on. What it says is the staff code if it cannot start.
  [[nodiscard]] std::optional<StartFault> switch_on();
  /// As a pulled plug does to the program: nothing is said to anybody. (What a pulled plug does to the disk is
  /// the power-cut rig's matter.)
  void switch_off();

  [[nodiscard]] Kiosk& kiosk() { return *kiosk_; }
  [[nodiscard]] Dock* dock() { return dock_ ? &*dock_ : nullptr; }
  [[nodiscard]] simulated::SimulatedPrinter& printer() { return printer_; }
  [[nodiscard]] simulated::SimulatedCardReader& reader() { return reader_; }
  [[nodiscard]] const CityCards& cards() const { return *setup_.cards; }
  [[nodiscard]] DemoClock& clock() { return clock_; }
  /// The bytes that the printer driver sent since the last call.
  [[nodiscard]] Bytes printer_bytes() { return printer_port_.sent.take(); }
  [[nodiscard]] config::Config& config() { return config_; }

 private:
  Setup setup_;
  config::Config config_;
  DemoClock clock_;
  SystemRandom random_;
  simulated::SimulatedPrinter printer_;
  simulated::SimulatedCardReader reader_;
  SimulatedPort printer_port_{printer_};
  SimulatedPort reader_port_{reader_};
  std::unique_ptr<Kiosk> kiosk_;
  std::optional<Dock> dock_;
};

}  // namespace pishkhan::demo
