#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>

/// CCID messages (USB Device Class: Smart Card, CCID, Rev 1.1): bytes to values and back, no I/O.
namespace pishkhan::card::ccid {

inline constexpr std::size_t header_bytes = 10;            // 6.1: every bulk message
inline constexpr std::size_t class_descriptor_bytes = 54;  // 5.1

enum class Level : std::uint8_t { Character, Tpdu, ShortApdu, ExtendedApdu };
enum class InterruptEndpoint : std::uint8_t { Absent, Present };

/// 5.1, table 5.1-1: what the driver uses of it.
struct ClassDescriptor {
  std::uint8_t maximum_slot_index = 0;
  std::uint8_t voltages = 0;  ///< bit 0: 5.0 V, bit 1: 3.0 V, bit 2: 1.8 V
  std::uint32_t protocols = 0;
  std::uint32_t features = 0;
  Level level = Level::Character;
  std::uint32_t maximum_message_bytes = 0;
  std::uint8_t busy_slots = 0;
  InterruptEndpoint interrupt = InterruptEndpoint::Absent;
  [[nodiscard]] bool automatic_voltage() const { return (features & 0x8U) != 0; }
};
enum class DescriptorFault : std::uint8_t {
  Truncated,  ///< a descriptor says it is longer than what there is, or shorter than its own header
  NotCcid,    ///< no 54-byte CCID class descriptor after an interface of class 0B or FF
  BadLevel,   ///< more than one exchange level claimed
};
/// Looks through the descriptors of a configuration for the first CCID interface.
[[nodiscard]] Result<ClassDescriptor, DescriptorFault> parse_descriptors(ByteView descriptors);

enum class PowerSelect : std::uint8_t { Automatic = 0, Volt5 = 1, Volt3 = 2, Volt1_8 = 3 };
[[nodiscard]] Bytes power_on(std::uint8_t slot, std::uint8_t sequence, PowerSelect power);    // 6.1.1
[[nodiscard]] Bytes power_off(std::uint8_t slot, std::uint8_t sequence);                      // 6.1.2
[[nodiscard]] Bytes get_slot_status(std::uint8_t slot, std::uint8_t sequence);                // 6.1.3
[[nodiscard]] Bytes transfer_block(std::uint8_t slot, std::uint8_t sequence, ByteView data);  // 6.1.4

enum class ReplyKind : std::uint8_t { DataBlock = 0x80, SlotStatus = 0x81 };
enum class IccStatus : std::uint8_t { Active = 0, Inactive = 1, Absent = 2 };         // 6.2.6
enum class CommandStatus : std::uint8_t { Done = 0, Failed = 1, TimeExtension = 2 };  // 6.2.6

struct Reply {
  ReplyKind kind = ReplyKind::SlotStatus;
  std::uint8_t slot = 0;
  std::uint8_t sequence = 0;
  IccStatus icc = IccStatus::Absent;
  CommandStatus command = CommandStatus::Done;
  std::uint8_t error = 0;      ///< bError, or the multiplier of a time extension
  std::uint8_t parameter = 0;  ///< bChainParameter or bClockStatus
  Bytes data;
};
enum class FrameFault : std::uint8_t {
  Truncated,    ///< shorter than its header, or than dwLength says
  TooLong,      ///< bytes beyond what dwLength says
  UnknownKind,  ///< not a DataBlock or SlotStatus
  BadStatus,    ///< reserved values in bStatus, or data where there can be none
};
/// One bulk-in message (6.2). The whole transfer must be the message.
[[nodiscard]] Result<Reply, FrameFault> parse_reply(ByteView bytes);

/// RDR_to_PC_NotifySlotChange (6.3.1) for slot 0.
struct SlotChange {
  bool present = false;
  bool changed = false;
};
/// Nothing if it is another message (hardware error 51, or noise).
[[nodiscard]] std::optional<SlotChange> parse_notification(ByteView bytes);

}  // namespace pishkhan::card::ccid
