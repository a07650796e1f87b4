#pragma once

#include "base/core/clock.h"
#include "drivers/simulated/simulated_printer.h"
#include "tests/machine/card_peer.h"
#include "tests/machine/redir_simulated.h"
#include "tests/machine/touch_panel.h"
#include "tests/machine/usb_redir_peer.h"
#include "tests/machine/virtual_machine.h"

#include <memory>
#include <optional>
#include <vector>

namespace pishkhan::machine {

/// Everything that hangs on a virtual machine from outside: a receipt printer, a touch panel, a card reader with or
/// without a card. It outlives the machine: one that is started anew gets the same devices. Thread: one owner.
class Outside {
 public:
  /// Plugs everything into this machine, which must outlive the next detach().
  void attach(VirtualMachine& machine);
  /// Before the machine ends.
  void detach();

  [[nodiscard]] simulated::SimulatedPrinter& printer() { return printer_; }
  [[nodiscard]] TouchPanel& panel() { return panel_; }
  void insert_card(std::unique_ptr<simulated::SimulatedCard> card);
  void remove_card();

  void plug_printer();
  void unplug_printer() { printer_peer_.reset(); }
  /// The reader itself, on QEMU's own USB. A card in it goes with it.
  [[nodiscard]] Result<void, Trouble> unplug_reader();
  [[nodiscard]] Result<void, Trouble> plug_reader();

  /// The strips with something on them that have come out of the printer, the oldest first. One with nothing on it is
  /// what the printer cuts off to be sure of its paper.
  [[nodiscard]] std::vector<simulated::Strip> take_strips();

 private:
  VirtualMachine* machine_ = nullptr;
  SystemClock clock_;
  simulated::SimulatedPrinter printer_{clock_, {.name = simulated::tm_t20_name()}};
  std::optional<RedirSimulated> printer_plug_;
  TouchPanel panel_;
  // Ended before what they borrow.
  std::optional<UsbRedirPeer> printer_peer_;
  std::optional<UsbRedirPeer> panel_peer_;
  std::optional<CardPeer> card_;
};

}  // namespace pishkhan::machine
