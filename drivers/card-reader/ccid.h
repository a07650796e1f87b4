#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "drivers/card-reader/ccid_descriptor.h"

#include <cstddef>
#include <cstdint>
#include <optional>

/// CCID messages (USB Device Class: Smart Card, CCID, Rev 1.1): bytes to values and back, no I/O.
namespace pishkhan::card::ccid {

inline constexpr std::size_t header_bytes = 10;  // 6.1: every bulk message

enum class PowerSelect : std::uint8_t { Automatic = 0, Volt5 = 1, Volt3 = 2, Volt1_8 = 3 };
/// wLevelParameter at the extended APDU level (6.1.4); the same numbers are bChainParameter of answers (6.2.1).
/// At every other level it is Whole.
enum class Part : std::uint16_t { Whole = 0, First = 1, Last = 2, Middle = 3, More = 0x10 };
enum class ClockCommand : std::uint8_t { Restart = 0, Stop = 1 };
enum class Protocol : std::uint8_t { T0 = 0, T1 = 1 };

[[nodiscard]] Bytes power_on(std::uint8_t slot, std::uint8_t sequence, PowerSelect power);  // 6.1.1
[[nodiscard]] Bytes power_off(std::uint8_t slot, std::uint8_t sequence);                    // 6.1.2
[[nodiscard]] Bytes get_slot_status(std::uint8_t slot, std::uint8_t sequence);              // 6.1.3
/// 6.1.4. `waiting` is bBWI: by how much the card's time for a T=1 block is multiplied; 0 = not at all.
[[nodiscard]] Bytes transfer_block(std::uint8_t slot, std::uint8_t sequence, ByteView data,
                                   Part part = Part::Whole, std::uint8_t waiting = 0);
[[nodiscard]] Bytes get_parameters(std::uint8_t slot, std::uint8_t sequence);  // 6.1.5
[[nodiscard]] Bytes set_parameters(std::uint8_t slot, std::uint8_t sequence, Protocol protocol,
                                   ByteView structure);                                         // 6.1.7
[[nodiscard]] Bytes escape(std::uint8_t slot, std::uint8_t sequence, ByteView data);            // 6.1.8
[[nodiscard]] Bytes icc_clock(std::uint8_t slot, std::uint8_t sequence, ClockCommand command);  // 6.1.9
inline constexpr std::uint8_t secure_message = 0x69;  // 6.1.11, bMessageType
/// 6.1.11; what `data` is says PinEntry.
[[nodiscard]] Bytes secure(std::uint8_t slot, std::uint8_t sequence, ByteView data);
[[nodiscard]] Bytes abort(std::uint8_t slot, std::uint8_t sequence);  // 6.1.13
[[nodiscard]] Bytes set_rate_and_clock(std::uint8_t slot, std::uint8_t sequence, std::uint32_t kilohertz,
                                       std::uint32_t bits_per_second);  // 6.1.14

/// 6.2: which message answers.
enum class ReplyKind : std::uint8_t {
  DataBlock = 0x80,
  SlotStatus = 0x81,
  Parameters = 0x82,
  Escape = 0x83,
  RateAndClock = 0x84,
};
enum class IccStatus : std::uint8_t { Active = 0, Inactive = 1, Absent = 2 };         // 6.2.6
enum class CommandStatus : std::uint8_t { Done = 0, Failed = 1, TimeExtension = 2 };  // 6.2.6

/// bError of a failed command (6.2.6, table 6.2-2).
namespace error {
inline constexpr std::uint8_t slot_busy = 0xE0;  // CMD_SLOT_BUSY
inline constexpr std::uint8_t pin_cancelled = 0xEF;
inline constexpr std::uint8_t pin_timeout = 0xF0;
inline constexpr std::uint8_t automatic_sequence = 0xF2;
inline constexpr std::uint8_t procedure_byte = 0xF4;
inline constexpr std::uint8_t class_not_supported = 0xF5;
inline constexpr std::uint8_t protocol_not_supported = 0xF6;
inline constexpr std::uint8_t bad_check_of_reset = 0xF7;
inline constexpr std::uint8_t bad_first_byte = 0xF8;
inline constexpr std::uint8_t hardware = 0xFB;
inline constexpr std::uint8_t overrun = 0xFC;
inline constexpr std::uint8_t parity = 0xFD;
inline constexpr std::uint8_t mute = 0xFE;
inline constexpr std::uint8_t aborted = 0xFF;
}  // namespace error

struct Reply {
  ReplyKind kind = ReplyKind::SlotStatus;
  std::uint8_t slot = 0;
  std::uint8_t sequence = 0;
  IccStatus icc = IccStatus::Absent;
  CommandStatus command = CommandStatus::Done;
  std::uint8_t error = 0;      ///< bError, or the multiplier of a time extension
  std::uint8_t parameter = 0;  ///< bChainParameter, bClockStatus or bProtocolNum
  Bytes data;
};
enum class FrameFault : std::uint8_t {
  Truncated,    ///< shorter than its header, or than dwLength says
  TooLong,      ///< bytes beyond what dwLength says
  UnknownKind,  ///< none of ReplyKind
  BadStatus,    ///< reserved values in bStatus, or data where there can be none
};
/// What follows a Parameters message whose dwLength is 0. Some readers send the structure all the same.
enum class UnsaidParameters : std::uint8_t { Refused, Ignored };
/// One bulk-in message (6.2). The whole transfer must be the message.
[[nodiscard]] Result<Reply, FrameFault> parse_reply(ByteView bytes,
                                                    UnsaidParameters unsaid = UnsaidParameters::Refused);

/// RDR_to_PC_NotifySlotChange (6.3.1), as far as it is about one slot.
struct SlotChange {
  bool present = false;
  bool changed = false;
};
/// Nothing if it is another message, or too short to speak of that slot.
[[nodiscard]] std::optional<SlotChange> parse_notification(ByteView bytes, std::uint8_t slot = 0);
/// RDR_to_PC_HardwareError (6.3.2) about that slot.
[[nodiscard]] bool is_hardware_error(ByteView bytes, std::uint8_t slot = 0);

/// 5.3.1: bRequest of the class-specific requests.
inline constexpr std::uint8_t request_abort = 0x01;
inline constexpr std::uint8_t request_clock_frequencies = 0x02;
inline constexpr std::uint8_t request_data_rates = 0x03;

}  // namespace pishkhan::card::ccid
