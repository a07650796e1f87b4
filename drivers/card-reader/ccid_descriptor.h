#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <cstddef>
#include <cstdint>

/// What a reader says that it can do: the class descriptor of CCID (USB Device Class: Smart Card, CCID,
/// Rev 1.1).
namespace pishkhan::card::ccid {

inline constexpr std::size_t class_descriptor_bytes = 54;  // 5.1

enum class Level : std::uint8_t { Character, Tpdu, ShortApdu, ExtendedApdu };
enum class InterruptEndpoint : std::uint8_t { Absent, Present };

/// dwFeatures (5.1, table 5.1-1): what a reader does without being told.
namespace feature {
inline constexpr std::uint32_t automatic_parameters = 0x00000002;  ///< takes the card's parameters from its ATR
inline constexpr std::uint32_t automatic_activation = 0x00000004;  ///< powers a card when it comes
inline constexpr std::uint32_t automatic_voltage = 0x00000008;     ///< finds the card's voltage
inline constexpr std::uint32_t automatic_clock = 0x00000010;       ///< changes the clock with the parameters
inline constexpr std::uint32_t automatic_rate = 0x00000020;  ///< changes the data rate with the parameters
inline constexpr std::uint32_t automatic_negotiation = 0x00000040;  ///< chooses parameters and makes the PPS
inline constexpr std::uint32_t automatic_pps = 0x00000080;          ///< makes the PPS when parameters are set
inline constexpr std::uint32_t clock_stop = 0x00000100;             ///< can stop the card's clock
inline constexpr std::uint32_t node_address = 0x00000200;           ///< takes a NAD other than 0
inline constexpr std::uint32_t automatic_ifsd = 0x00000400;         ///< sends S(IFS request) at T=1 by itself
inline constexpr std::uint32_t level_mask = 0x00070000;
inline constexpr std::uint32_t wakes_host = 0x00100000;  ///< wakes a sleeping USB when a card moves
}  // namespace feature

/// 5.1, table 5.1-1, and what the endpoints of the interface add. Thread: a plain value.
struct ClassDescriptor {
  std::uint16_t release = 0;  ///< bcdCCID: 0110 is revision 1.1
  std::uint8_t maximum_slot_index = 0;
  std::uint8_t voltages = 0;        ///< bit 0: 5.0 V, bit 1: 3.0 V, bit 2: 1.8 V
  std::uint32_t protocols = 0;      ///< bit 0: T=0, bit 1: T=1
  std::uint32_t default_clock = 0;  ///< kHz
  std::uint32_t maximum_clock = 0;  ///< kHz
  std::uint8_t listed_clocks =
      0;  ///< how many GET_CLOCK_FREQUENCIES tells (5.3.2); 0: default and maximum only
  std::uint32_t default_rate = 0;  ///< bit/s
  std::uint32_t maximum_rate = 0;  ///< bit/s
  std::uint8_t listed_rates = 0;  ///< how many GET_DATA_RATES tells (5.3.3); 0: all between default and maximum
  std::uint32_t maximum_ifsd = 0;  ///< bytes, T=1
  std::uint32_t synchronous_protocols = 0;
  std::uint32_t mechanical = 0;  ///< bit 0: accepts, 1: ejects, 2: captures, 3: locks
  std::uint32_t features = 0;    ///< of the namespace above
  Level level = Level::Character;
  std::uint32_t maximum_message_bytes = 0;  ///< with the header
  std::uint8_t get_response_class = 0xFF;   ///< CLA of the reader's own GET RESPONSE; FF: that of the command
  std::uint8_t envelope_class = 0xFF;
  std::uint16_t display = 0;    ///< lines, columns; 0: none
  std::uint8_t pin_pad = 0;     ///< bit 0: verification, bit 1: modification
  std::uint8_t busy_slots = 0;  ///< how many may be busy at once
  InterruptEndpoint interrupt = InterruptEndpoint::Absent;
  std::uint8_t interface_number = 0;
  std::uint8_t interface_class = 0;    ///< 0B, or FF of readers older than the class
  std::uint16_t out_packet_bytes = 0;  ///< wMaxPacketSize of bulk out; 0: there is none
  [[nodiscard]] bool has(std::uint32_t wanted) const { return (features & wanted) == wanted; }
  [[nodiscard]] bool can_verify_pin() const { return (pin_pad & 1) != 0; }
  [[nodiscard]] bool automatic_voltage() const { return has(feature::automatic_voltage); }
};

enum class DescriptorFault : std::uint8_t {
  Truncated,  ///< a descriptor says it is longer than what there is, or shorter than its own header
  NotCcid,    ///< no 54-byte CCID class descriptor after an interface of class 0B or FF
  BadLevel,   ///< more than one exchange level claimed
};
/// Looks through the descriptors of a configuration for the first CCID interface.
[[nodiscard]] Result<ClassDescriptor, DescriptorFault> parse_descriptors(ByteView descriptors);
/// The 54 bytes of the class descriptor alone.
[[nodiscard]] Result<ClassDescriptor, DescriptorFault> parse_class_descriptor(ByteView bytes);
/// Bits 16 to 18 of dwFeatures.
[[nodiscard]] Result<Level, DescriptorFault> level_of(std::uint32_t features);

}  // namespace pishkhan::card::ccid
