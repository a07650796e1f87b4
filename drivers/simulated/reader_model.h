#pragma once

#include <cstddef>
#include <cstdint>

namespace pishkhan::simulated {

/// dwFeatures, bits 16 to 18 (CCID 5.1): what one XfrBlock carries.
enum class ExchangeLevel : std::uint8_t { Character, Tpdu, ShortApdu, ExtendedApdu };
enum class Notifications : std::uint8_t { Interrupt, Polled };

/// dwFeatures, bits 1 to 10: what a reader does without being told.
namespace automatic {
inline constexpr std::uint32_t parameters = 0x002;   ///< takes the card's parameters from its ATR
inline constexpr std::uint32_t activation = 0x004;   ///< powers a card when it comes
inline constexpr std::uint32_t voltage = 0x008;      ///< finds the voltage
inline constexpr std::uint32_t clock = 0x010;        ///< changes the clock with the parameters
inline constexpr std::uint32_t rate = 0x020;         ///< changes the rate with the parameters
inline constexpr std::uint32_t negotiation = 0x040;  ///< chooses the parameters and makes the PPS
inline constexpr std::uint32_t pps = 0x080;          ///< makes the PPS when the parameters are set
inline constexpr std::uint32_t ifsd = 0x400;         ///< tells the card its buffer's size (T=1)
inline constexpr std::uint32_t usual = parameters | voltage | clock | rate | pps | ifsd;
inline constexpr std::uint32_t nothing = 0;
}  // namespace automatic

/// What kind of reader is simulated, as its class descriptor says. Thread: a plain value.
struct ReaderModel {
  ExchangeLevel level = ExchangeLevel::ShortApdu;
  Notifications notifications = Notifications::Interrupt;
  std::uint32_t features = automatic::usual;  ///< of the namespace above
  std::uint8_t voltages = 0x07;               ///< bVoltageSupport: bit 0 5 V, bit 1 3 V, bit 2 1.8 V
  std::uint32_t protocols = 0x03;             ///< dwProtocols: bit 0 T=0, bit 1 T=1
  std::uint32_t message_bytes = 271;          ///< dwMaxCCIDMessageLength
  std::uint32_t answer_part_bytes = 0;        ///< extended APDU level: longest part of an answer; 0 = what fits
  std::uint32_t bits_per_second = 0;          ///< the pace of the contacts at Fi = 372, Di = 1; 0 = at once
  std::uint32_t extension_milliseconds = 0;   ///< between two requests for more time; 0 = as often as asked
  bool pin_pad = false;                       ///< bPINSupport: it can verify a PIN that is typed on it
  std::uint16_t vendor_id = 0x1209;           ///< pid.codes' range for tests
  std::uint16_t product_id = 0x0002;
};

}  // namespace pishkhan::simulated
