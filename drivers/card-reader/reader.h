#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "drivers/card-reader/apdu.h"
#include "drivers/card-reader/atr.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/usb/transport.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace pishkhan::card {

/// XFS4IoT, CardReader.Status, media and chipPower.
enum class MediaState : std::uint8_t { Unknown, Present, NotPresent };
enum class ChipState : std::uint8_t { Unknown, Online, PoweredOff, NoCard, NoDevice, HardwareError };
struct ReaderStatus {
  MediaState media = MediaState::Unknown;
  ChipState chip = ChipState::Unknown;
  friend bool operator==(const ReaderStatus&, const ReaderStatus&) = default;
};

enum class ReaderFault : std::uint8_t {
  NoCard,        ///< none in the slot, or it was drawn out
  CardMute,      ///< it does not answer; often lies the wrong way round
  CardFailed,    ///< it answers, but not as ISO 7816 says
  Unplugged,     ///< the reader is gone; only a new transport helps
  Timeout,       ///< the deadline passed, or more time extensions than we grant
  ReaderFailed,  ///< the reader's own error, or bytes that are not CCID
};
enum class OpenFault : std::uint8_t {
  NotCcid,
  CharacterLevel,  ///< refused: would need the host to speak T=0 and T=1 by the byte
  TpduLevel,       ///< refused for now
  TooSmall,        ///< its messages do not hold a short APDU
};

struct ReaderLimits {
  std::chrono::milliseconds exchange{5000};  ///< one command with all its time extensions
  std::chrono::milliseconds one_read{1000};  ///< one bulk transfer
  int time_extensions = 64;
  int stale_frames = 32;
  int follow_ups = 8;  ///< GET RESPONSE and repeated Le for one command
};

/// One CCID reader with one slot. Each call returns by its deadline; a late answer to an old command is
/// dropped, never taken for the answer to a new one. Owned by the reader's thread and used only there;
/// borrows its transport and clock.
class CardReader {
 public:
  static Result<CardReader, OpenFault> open(usb::Transport& transport, const Clock& clock,
                                            ReaderLimits limits = {});

  /// Waits up to `wait` for a change and says how things are now, whether or not they changed. Uses the
  /// interrupt endpoint and asks the slot as well, because notifications get lost.
  /// A reader without interrupt endpoint is answered for at once: there the caller paces.
  [[nodiscard]] ReaderStatus poll(std::chrono::milliseconds wait);
  [[nodiscard]] Result<Atr, ReaderFault> power_on();
  [[nodiscard]] Result<void, ReaderFault> power_off();
  /// Sends one command and follows 61xx (GET RESPONSE) and 6Cxx (Le again); any other status is returned.
  [[nodiscard]] Result<Response, ReaderFault> transmit(const Command& command);
  /// The same with less time than ReaderLimits::exchange.
  [[nodiscard]] Result<Response, ReaderFault> transmit(const Command& command,
                                                       std::chrono::milliseconds within);
  [[nodiscard]] const ccid::ClassDescriptor& descriptor() const { return descriptor_; }

 private:
  CardReader(usb::Transport& transport, const Clock& clock, ReaderLimits limits,
             const ccid::ClassDescriptor& descriptor)
      : transport_(&transport), clock_(&clock), limits_(limits), descriptor_(descriptor) {}

  [[nodiscard]] SteadyTime from_now(std::chrono::milliseconds duration) const;
  [[nodiscard]] Result<ccid::Reply, ReaderFault> exchange(ByteView message, std::uint8_t sequence,
                                                          ccid::ReplyKind wanted, SteadyTime deadline);
  [[nodiscard]] Result<void, ReaderFault> write(ByteView message, SteadyTime deadline);
  [[nodiscard]] Result<ccid::Reply, ReaderFault> await_reply(std::uint8_t sequence, ccid::ReplyKind wanted,
                                                             SteadyTime deadline);
  [[nodiscard]] Result<Response, ReaderFault> transmit_once(const Command& command, SteadyTime deadline);
  [[nodiscard]] Result<Atr, ReaderFault> power_on_with(ccid::PowerSelect power, SteadyTime deadline);
  [[nodiscard]] Result<ccid::IccStatus, ReaderFault> ask_slot();
  [[nodiscard]] ReaderFault lost(usb::TransferFault fault);

  usb::Transport* transport_;
  const Clock* clock_;
  ReaderLimits limits_;
  ccid::ClassDescriptor descriptor_;
  std::uint8_t sequence_ = 0;  ///< of the next command
  bool must_clear_halts_ = false;
};

}  // namespace pishkhan::card
