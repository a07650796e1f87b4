#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pishkhan::card {

inline constexpr std::size_t short_data_bytes = 255;        // Lc of one byte (ISO 7816-4, 5.1)
inline constexpr std::size_t short_answer_bytes = 256;      // Le = 00
inline constexpr std::size_t extended_data_bytes = 65'535;  // Lc of three bytes
inline constexpr std::size_t extended_answer_bytes = 65'536;

/// How more than 255 bytes of data, or an answer of more than 256, come across.
enum class LongForm : std::uint8_t {
  Extended,  ///< Lc and Le of extended length (ISO 7816-4, 5.1): the card must know it
  /// Command chaining (5.3.3): the class byte says that more follows; the answer comes by 61xx. A chain that
  /// broke leaves its parts in the card, which may take the next command for its end: give the card power anew
  /// first.
  Chained,
};

/// A command APDU, cases 1 to 4, short or extended (ISO 7816-4, 5.1; 7816-3, 12.1).
struct Command {
  std::uint8_t cla = 0;
  std::uint8_t ins = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  Bytes data;                         ///< 0 to 65,535 bytes; none: no Lc
  std::optional<std::size_t> wanted;  ///< Ne, 1 to 65,536 (the most is written as zeros); nothing: no Le
  LongForm long_form = LongForm::Extended;

  [[nodiscard]] bool fits_short() const {
    return data.size() <= short_data_bytes && (!wanted || *wanted <= short_answer_bytes);
  }
};
/// Short length where it suffices, else extended. ENSUREs the ranges above.
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
  TooLong,    ///< more than 65,536 bytes of data
  BadStatus,  ///< SW1 is not 6X or 9X, or is 60 (ISO 7816-3, 10.3.3)
};
[[nodiscard]] Result<Response, ApduFault> parse_response(ByteView bytes);

}  // namespace pishkhan::card
