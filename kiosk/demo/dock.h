#pragma once

#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/simulated_printer.h"
#include "kiosk/demo/city_cards.h"
#include "kiosk/demo/demo_clock.h"
#include "kiosk/demo/network_switch.h"
#include "ui/render/input.h"
#include "ui/toolkit/ui.h"

#include <string>

struct ImDrawList;

namespace pishkhan::demo {

/// The panel beside the kiosk screen that works what is simulated: card, paper, cover, network, clock. It acts
/// on the devices, never on the kiosk: the kiosk learns of it through its drivers. UI thread.
class Dock {
 public:
  static constexpr int width_units = 520;
  struct Parts {
    simulated::SimulatedPrinter* printer = nullptr;
    simulated::SimulatedCardReader* reader = nullptr;
    NetworkSwitch* network = nullptr;  ///< null: started without a backend
    const CityCards* cards = nullptr;
    DemoClock* clock = nullptr;
    std::string note;  ///< a line at the bottom: where pictures and requests are
  };
  Dock(Parts parts, text::Engine& engine, text::Atlas& atlas)
      : parts_(std::move(parts)), ui_(engine, atlas, *parts_.clock) {}

  void draw(const render::InputFrame& input, ImDrawList& list, const render::Viewport& viewport);
  /// For the tour, which taps the dock as well.
  [[nodiscard]] toolkit::Ui& ui() { return ui_; }

 private:
  void card_section(toolkit::Rect& column);
  void printer_section(toolkit::Rect& column);
  void network_section(toolkit::Rect& column);
  void clock_section(toolkit::Rect& column);
  void heading(toolkit::Rect& column, std::string_view words, std::string_view state);
  bool choice(const toolkit::Rect& rect, std::string_view id, std::string_view label, bool chosen);

  Parts parts_;
  toolkit::Ui ui_;
};

}  // namespace pishkhan::demo
