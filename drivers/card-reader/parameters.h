#pragma once

#include "base/core/bytes.h"
#include "drivers/card-reader/atr.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/card-reader/t1.h"

#include <cstdint>
#include <optional>
#include <span>

/// How card and reader come to speak alike: what the ATR offers, what of it the reader can, the PPS and the
/// reader's parameters. Pure functions.
namespace pishkhan::card {

inline constexpr std::uint8_t default_rate = 0x11;  // Fi = 372, Di = 1 (ISO 7816-3, 8.1)

/// What an answer to reset says about the conversation to come (ISO 7816-3, 8.3; 10.2; 11.4).
struct Offer {
  ccid::Protocol first = ccid::Protocol::T0;
  bool t0 = false;
  bool t1 = false;
  std::uint8_t rate = default_rate;      ///< TA1: Fi and Di, coded as there
  std::optional<std::uint8_t> specific;  ///< TA2: the mode is fixed and there is no PPS
  Convention convention = Convention::Direct;
  std::uint8_t extra_guard_time = 0;  ///< TC1
  std::uint8_t t0_waiting = 10;       ///< TC2: WI
  std::uint8_t t1_waiting = 0x4D;     ///< BWI and CWI, coded as the first TB of T=1
  std::uint8_t t1_buffer_bytes = 32;  ///< IFSC
  BlockCheck t1_check = BlockCheck::Lrc;
  std::uint8_t voltage_classes = 0;  ///< bit 0: A, 5 V; bit 1: B, 3 V; bit 2: C, 1.8 V; 0 = not told
};
[[nodiscard]] Offer offer_of(const Atr& atr);

/// What both can: what is agreed on by PPS and told to the reader.
struct Agreement {
  ccid::Protocol protocol = ccid::Protocol::T0;
  std::uint8_t rate = default_rate;   ///< Fi and Di, coded as TA1
  std::uint32_t clock = 0;            ///< kHz
  std::uint32_t bits_per_second = 0;  ///< at that clock
  enum class Pps : std::uint8_t { NotNeeded, Needed } pps = Pps::NotNeeded;
};
enum class Haste : std::uint8_t {
  Fastest,     ///< the highest rate of both
  DefaultRate  ///< Fi = 372, Di = 1, for cards that do not keep their promise
};
/// Nothing if they have no protocol in common, or the card is in a specific mode that the reader cannot.
/// `clocks` (kHz) and `rates` (bit/s) are what GET_CLOCK_FREQUENCIES and GET_DATA_RATES tell; empty: any.
[[nodiscard]] std::optional<Agreement> agree(const Offer& offer, const ccid::ClassDescriptor& reader,
                                             std::span<const std::uint32_t> clocks,
                                             std::span<const std::uint32_t> rates,
                                             Haste haste = Haste::Fastest);
/// Nothing for values that are reserved (ISO 7816-3, tables 7 and 8).
[[nodiscard]] std::optional<std::uint32_t> bits_per_second(std::uint8_t rate, std::uint32_t clock);

/// PPS request (ISO 7816-3, 9.2).
[[nodiscard]] Bytes pps_request(const Agreement& agreement);
enum class PpsVerdict : std::uint8_t {
  Agreed,
  DefaultRate,  ///< the protocol is taken, the rate is not (9.3: PPS1 is absent)
  Refused
};
[[nodiscard]] PpsVerdict judge_pps(ByteView request, ByteView answer);

/// abProtocolDataStructure (CCID 6.1.7, 6.2.3).
[[nodiscard]] Bytes protocol_structure(const Offer& offer, const Agreement& agreement);

}  // namespace pishkhan::card
