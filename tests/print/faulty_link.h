#pragma once

#include "base/core/random.h"
#include "drivers/simulated/simulated_printer.h"
#include "drivers/simulated/virtual_clock.h"
#include "drivers/usb/transport.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace pishkhan::print_rig {

/// What befalls one transfer, or the printer while it is under way.
enum class LinkFault : std::uint8_t {
  None,
  Stall,          ///< out: half is taken; both endpoints stay halted until they are cleared
  Nak,            ///< nothing is taken, nothing comes, and the time passes
  LateHalf,       ///< out: half is taken and no count is told, since the time is over; in: as Nak
  LateAll,        ///< out: all is taken, and no count is told; in: as Nak
  Short,          ///< out: half is taken, and the count says so; in: half of what came, the rest is lost
  LyingShort,     ///< out: all is taken, and the count says half; in: as Short
  LyingLong,      ///< out: half is taken, and the count says all; in: Overflow, and the answer is lost
  BusError,       ///< nothing is taken
  Mute,           ///< the printer goes on and never answers again
  Hung,           ///< it takes nothing and answers nothing any more
  Noise,          ///< in: random bytes come first; out: as BusError
  Babble,         ///< random bytes are all that comes, until the bus is reset
  Stale,          ///< in: the answer before once more; the right one comes next; out: as Nak
  Contradiction,  ///< the next status contradicts itself
  PaperOut,
  PaperEnds,  ///< 40 rows later
  CoverOpen,
  CutterJam,  ///< at the next cut
  Overheated,
  Broken,    ///< an unrecoverable error, until a technician has been there
  PaperJam,  ///< on its way to the mouth, where there is one
  Unplug,
  PowerCycle,  ///< of the printer: its buffer is gone, and it comes back as a newly plugged-in one
};
inline constexpr LinkFault last_fault = LinkFault::PowerCycle;
[[nodiscard]] const char* name(LinkFault fault);

/// Where the power goes: when the printer has received so many bytes of bulk-out data.
enum class PowerOf : std::uint8_t {
  Printer,
  Kiosk,  ///< the program is no more: this transport touches the printer no further
};
struct PowerCut {
  PowerOf whose = PowerOf::Printer;
  std::size_t after_bytes = 0;
};

struct Plan {
  LinkFault fault = LinkFault::None;
  int at = -1;  ///< transfer, counted from 0: bulk out, bulk in, control
  std::optional<PowerCut> power_cut = {};
  std::chrono::milliseconds cost{0};  ///< how long each transfer takes
};

/// The cable to a simulated printer in virtual time, with one thing that goes wrong. A bulk-out transfer waits
/// until all is taken, as libusb's does. Thread: one.
class FaultyLink final : public usb::Transport {
 public:
  FaultyLink(std::unique_ptr<usb::Transport> inner, simulated::SimulatedPrinter& printer,
             simulated::VirtualClock& clock, Plan plan)
      : inner_(std::move(inner)), printer_(printer), clock_(clock), plan_(plan) {}

  [[nodiscard]] int transfers() const { return transfers_; }
  [[nodiscard]] std::size_t bytes_sent() const { return bytes_sent_; }
  /// When the first band of dots was handed over: a write that begins with GS v or GS ( L.
  [[nodiscard]] std::optional<SteadyTime> first_band() const { return first_band_; }
  void forget_first_band() { first_band_.reset(); }
  /// Nothing goes wrong from here on.
  void mend() { plan_ = {.cost = plan_.cost}, babbling_ = halted_ = false; }

  Result<std::size_t, usb::TransferFault> bulk_out(ByteView data, Timeout timeout) override;
  Result<Bytes, usb::TransferFault> bulk_in(std::size_t maximum, Timeout timeout) override;
  Result<Bytes, usb::TransferFault> interrupt_in(std::size_t maximum, Timeout timeout) override;
  Result<Bytes, usb::TransferFault> control_in(usb::ControlSetup setup, std::uint16_t length,
                                               Timeout timeout) override;
  Result<void, usb::TransferFault> control_out(usb::ControlSetup setup, ByteView data,
                                               Timeout timeout) override;
  Result<void, usb::TransferFault> clear_halts() override;
  Result<void, usb::TransferFault> reset() override;
  void cancel() override {}
  [[nodiscard]] ByteView descriptors() const override { return inner_->descriptors(); }
  [[nodiscard]] usb::Identity identity() const override { return inner_->identity(); }

 private:
  /// The fault of this transfer; the printer's own troubles have happened then.
  [[nodiscard]] LinkFault next();
  /// Hands `data` over until all is taken or the time is over; how much was taken.
  [[nodiscard]] Result<std::size_t, usb::TransferFault> pass(ByteView data, Timeout timeout);
  [[nodiscard]] tl::unexpected<usb::TransferFault> late(Timeout timeout);
  [[nodiscard]] Bytes noise(std::size_t most);

  std::unique_ptr<usb::Transport> inner_;
  simulated::SimulatedPrinter& printer_;
  simulated::VirtualClock& clock_;
  Plan plan_;
  SeededRandom random_{20261128};
  int transfers_ = 0;
  std::size_t bytes_sent_ = 0;
  bool dead_ = false;
  bool halted_ = false;
  bool babbling_ = false;
  Bytes last_answer_;
  std::optional<SteadyTime> first_band_;
};

}  // namespace pishkhan::print_rig
