#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/card-reader/quirks.h"
#include "drivers/card-reader/reader_types.h"
#include "drivers/usb/transport.h"

#include <cstdint>

namespace pishkhan::card {

/// One command, one answer, over a bus and a reader that may do anything. An answer is taken only with the
/// sequence number and the slot of its command; whatever else comes is drained, counted, and dropped.
///
/// After a command that was not answered rightly the next one first brings the reader back, in steps: the halts
/// are cleared and the slot is told to abort (CCID 5.3.1, 6.1.13); if the next command fails, too, the port is
/// reset; if nothing helps, the fault is Unplugged, which asks the owner for a new transport.
/// Each call ends by its deadline; only clearing halts and resetting take as long as the transport says.
/// Thread: the reader's; borrows its transport and clock.
class CcidLink {
 public:
  CcidLink(usb::Transport& transport, const Clock& clock, const ReaderLimits& limits,
           const ccid::ClassDescriptor& descriptor, const Quirk& quirk, std::uint8_t slot);

  /// Sends a message of ccid.h, in which slot and sequence number are filled in, and awaits its answer. A
  /// command that failed in the reader is an answer too; that the slot is busy only for the first times in a row.
  /// A PC_to_RDR_Secure is never sent twice. The message is wiped.
  [[nodiscard]] Result<ccid::Reply, ReaderFault> exchange(Bytes message, ccid::ReplyKind wanted,
                                                          SteadyTime deadline);
  /// Reads and drops whatever comes for so long. Before the first command it takes what the reader still had for
  /// whoever used it last: their numbers may be ours.
  [[nodiscard]] Result<void, ReaderFault> drain(std::chrono::milliseconds duration);
  /// For the interrupt endpoint, which is read outside: it was halted.
  void halted() { halted_ = true; }
  /// How often the port was reset, which takes the card's power.
  [[nodiscard]] int resets() const { return resets_; }
  [[nodiscard]] SteadyTime from_now(std::chrono::milliseconds duration) const {
    return clock_->steady() + duration;
  }

 private:
  [[nodiscard]] std::chrono::milliseconds left(SteadyTime deadline) const;
  [[nodiscard]] Result<void, ReaderFault> write(ByteView message, SteadyTime deadline);
  [[nodiscard]] Result<ccid::Reply, ReaderFault> await(std::uint8_t sequence, ccid::ReplyKind wanted,
                                                       SteadyTime deadline);
  [[nodiscard]] Result<void, ReaderFault> clear_halts();
  [[nodiscard]] Result<void, ReaderFault> recover(SteadyTime deadline);
  [[nodiscard]] Result<void, ReaderFault> abort(SteadyTime deadline);
  [[nodiscard]] ReaderFault lost(usb::TransferFault fault);

  usb::Transport* transport_;
  const Clock* clock_;
  ReaderLimits limits_;
  std::size_t read_bytes_;        // room for the longest honest answer
  std::size_t out_packet_bytes_;  // after a multiple of which a zero-length packet is sent; 0: never
  ccid::UnsaidParameters unsaid_parameters_;
  std::uint16_t interface_number_;
  std::uint8_t slot_;
  std::uint8_t sequence_;  // of the next command; a session's first is not another's
  bool halted_ = false;
  int failures_ = 0;  // commands in a row that were not answered rightly
  int stuck_ = 0;     // commands in a row for which the slot was busy, whatever was done about it
  int resets_ = 0;
};

}  // namespace pishkhan::card
