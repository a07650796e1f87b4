#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pishkhan::card {

/// A short command APDU, cases 1 to 4 (ISO 7816-4, 5.1; 7816-3, 12.1).
struct Command {
  std::uint8_t cla = 0;
  std::uint8_t ins = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  Bytes data;                         ///< 0 to 255 bytes; none: no Lc
  std::optional<std::size_t> wanted;  ///< Ne, 1 to 256 (256 is written as Le = 00); nothing: no Le
};
/// ENSUREs the ranges above.
[[nodiscard]] Bytes encode(const Command& command);

/// SW1 SW2 (ISO 7816-4, 5.1.3).
struct Response {
  Bytes data;
  std::uint16_t status = 0;
  [[nodiscard]] std::uint8_t sw1() const { return static_cast<std::uint8_t>(status >> 8); }
  [[nodiscard]] std::uint8_t sw2() const { return static_cast<std::uint8_t>(status); }
};
enum class ApduFault : std::uint8_t {
  Truncated,  ///< fewer than the two status bytes
  TooLong,    ///< more than 256 bytes of data
  BadStatus,  ///< SW1 is not 6X or 9X, or is 60 (ISO 7816-3, 10.3.3)
};
[[nodiscard]] Result<Response, ApduFault> parse_response(ByteView bytes);

}  // namespace pishkhan::card
