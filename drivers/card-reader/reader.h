#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "drivers/card-reader/apdu.h"
#include "drivers/card-reader/atr.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/card-reader/link.h"
#include "drivers/card-reader/parameters.h"
#include "drivers/card-reader/pin_entry.h"
#include "drivers/card-reader/quirks.h"
#include "drivers/card-reader/reader_types.h"
#include "drivers/card-reader/t1.h"
#include "drivers/usb/transport.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace pishkhan::card {

/// One slot of one CCID reader, of TPDU, short or extended APDU level. Each call returns by its deadline; a
/// late answer to an old command is dropped, never taken for the answer to a new one. Owned by the reader's
/// thread and used only there; borrows its transport and clock.
class CardReader {
 public:
  struct Options {
    ReaderLimits limits;
    std::uint8_t slot = 0;
    Quirk quirk;
  };
  static Result<CardReader, OpenFault> open(usb::Transport& transport, const Clock& clock,
                                            const Options& options);
  static Result<CardReader, OpenFault> open(usb::Transport& transport, const Clock& clock,
                                            ReaderLimits limits = {}) {
    return open(transport, clock, Options{.limits = limits, .slot = 0, .quirk = {}});
  }

  /// Waits up to `wait` for a change and says how things are now, whether or not they changed. Uses the
  /// interrupt endpoint and asks the slot as well, because notifications get lost.
  /// A reader without interrupt endpoint is answered for at once: there the caller paces. One whose endpoint
  /// fails time after time counts as one without, in descriptor() too, until it is opened again.
  [[nodiscard]] ReaderStatus poll(std::chrono::milliseconds wait);
  /// Powers the card at the lowest voltage that it lives on, and where the reader does not do it, agrees with
  /// it on protocol and rate. A card that does not keep what its ATR offers gets another chance at the default
  /// rate.
  [[nodiscard]] Result<Atr, ReaderFault> power_on();
  [[nodiscard]] Result<void, ReaderFault> power_off();
  /// Sends one command and follows 61xx (GET RESPONSE) and 6Cxx (Le again); any other status is returned.
  [[nodiscard]] Result<Response, ReaderFault> transmit(const Command& command);
  /// The same with less time than ReaderLimits::exchange.
  [[nodiscard]] Result<Response, ReaderFault> transmit(const Command& command,
                                                       std::chrono::milliseconds within);
  /// Has the person type the card's PIN on the reader's pad. What the card said: no data, 9000, or 63Cx with
  /// the tries that are left. Never made twice by itself. Takes up to PinEntry::time more than an exchange.
  [[nodiscard]] Result<Response, ReaderFault> verify_on_pad(const PinEntry& entry);
  /// As corrected by the quirk, and by what poll() found out.
  [[nodiscard]] const ccid::ClassDescriptor& descriptor() const { return descriptor_; }
  /// What was agreed on with the card that has power; nothing where the reader does that by itself.
  [[nodiscard]] const std::optional<Agreement>& agreement() const { return agreement_; }

 private:
  CardReader(usb::Transport& transport, const Clock& clock, const Options& options,
             const ccid::ClassDescriptor& descriptor);

  // reader.cpp
  struct Slot {
    ccid::IccStatus icc = ccid::IccStatus::Absent;
    bool busy = false;
  };
  [[nodiscard]] Result<void, ReaderFault> prepare(SteadyTime deadline);
  [[nodiscard]] Result<ccid::Reply, ReaderFault> ask(Bytes message, ccid::ReplyKind wanted,
                                                     SteadyTime deadline);
  /// As ask(), but a command that failed is a fault.
  [[nodiscard]] Result<ccid::Reply, ReaderFault> demand(Bytes message, ccid::ReplyKind wanted,
                                                        SteadyTime deadline);
  [[nodiscard]] Result<Slot, ReaderFault> ask_slot();
  void note_clock(const ccid::Reply& reply);
  void note_interrupt(const Result<Bytes, usb::TransferFault>& report);

  // reader_power.cpp
  [[nodiscard]] Result<Atr, ReaderFault> power_on_with(ccid::PowerSelect power, SteadyTime deadline);
  [[nodiscard]] Result<Atr, ReaderFault> power_on_lowest(SteadyTime deadline);
  [[nodiscard]] Result<void, ReaderFault> come_to_terms(const Atr& atr, SteadyTime deadline);
  [[nodiscard]] Result<void, ReaderFault> propose(const Offer& offer, const Agreement& wanted,
                                                  SteadyTime deadline);
  [[nodiscard]] Result<void, ReaderFault> make_pps(const Agreement& wanted, SteadyTime deadline);
  [[nodiscard]] Result<void, ReaderFault> set_parameters(const Offer& offer, const Agreement& wanted,
                                                         SteadyTime deadline);
  [[nodiscard]] std::optional<Agreement> told_by_reader(SteadyTime deadline);
  [[nodiscard]] Result<void, ReaderFault> begin_protocol(const Offer& offer, SteadyTime deadline);
  void read_lists(SteadyTime deadline);
  [[nodiscard]] std::vector<std::uint32_t> read_list(std::uint8_t request, std::uint8_t count,
                                                     SteadyTime deadline);

  // reader_pin.cpp
  [[nodiscard]] Result<Bytes, ReaderFault> ask_for_pin(const PinEntry& entry, ByteView prologue,
                                                       SteadyTime deadline);
  [[nodiscard]] Result<Bytes, ReaderFault> ask_for_pin_t1(const PinEntry& entry, SteadyTime deadline);

  // reader_exchange.cpp
  [[nodiscard]] Result<void, ReaderFault> wake_clock(SteadyTime deadline);
  [[nodiscard]] Result<Bytes, ReaderFault> carry(const Command& command, SteadyTime deadline);
  [[nodiscard]] Result<Bytes, ReaderFault> send_whole(ByteView bytes, SteadyTime deadline,
                                                      std::uint8_t waiting = 0);
  [[nodiscard]] Result<Bytes, ReaderFault> send_in_parts(ByteView bytes, SteadyTime deadline);
  [[nodiscard]] Result<Bytes, ReaderFault> collect_parts(ccid::Reply first, SteadyTime deadline);
  [[nodiscard]] Result<Bytes, ReaderFault> send_at_t0(const Command& command, SteadyTime deadline);
  [[nodiscard]] Result<Bytes, ReaderFault> send_enveloped(const Command& command, SteadyTime deadline);
  [[nodiscard]] Result<Bytes, ReaderFault> talk_t1(T1::Step step, SteadyTime deadline);
  [[nodiscard]] Result<Response, ReaderFault> response_of(Result<Bytes, ReaderFault> bytes, std::size_t wanted);
  [[nodiscard]] Result<Response, ReaderFault> transmit_once(const Command& command, SteadyTime deadline);
  [[nodiscard]] Result<Response, ReaderFault> follow(const Command& command, SteadyTime deadline);

  usb::Transport* transport_;
  const Clock* clock_;
  ReaderLimits limits_;
  ccid::ClassDescriptor descriptor_;
  Quirk quirk_;
  std::uint8_t slot_;
  CcidLink link_;
  bool prepared_ = false;       // what the quirk wants before the first command was done
  bool clock_stopped_ = false;  // the card's
  int interrupt_failures_ = 0;  // in a row
  bool lists_read_ = false;
  std::vector<std::uint32_t> clocks_;  // GET_CLOCK_FREQUENCIES, kHz
  std::vector<std::uint32_t> rates_;   // GET_DATA_RATES, bit/s
  ccid::PowerSelect power_ = ccid::PowerSelect::Automatic;
  std::optional<Agreement> agreement_;
  std::optional<T1> t1_;  // of the card that has power, at TPDU level
};

/// CCID 6.2.6: what a failed command means.
[[nodiscard]] ReaderFault fault_of(const ccid::Reply& reply);

}  // namespace pishkhan::card
