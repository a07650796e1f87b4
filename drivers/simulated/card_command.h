#pragma once

#include "base/core/bytes.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pishkhan::simulated {

/// A command APDU as a card takes it apart (ISO 7816-4, 5.2), of short or extended length. Borrows its bytes.
struct CardCommand {
  std::uint8_t instruction_class = 0;
  std::uint8_t instruction = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  ByteView data;
  std::size_t expected = 0;  ///< Ne; 0 = no Le
  bool extended = false;
};
/// Nothing if it is none of the seven cases.
[[nodiscard]] std::optional<CardCommand> parse_command(ByteView bytes);

/// Data and SW1 SW2.
[[nodiscard]] Bytes respond(std::uint16_t status, ByteView data = {});
/// 61 xx or 6C xx; 256 and more are written as 00.
[[nodiscard]] Bytes respond_with_count(std::uint8_t first, std::size_t count);

/// ISO 7816-4, tables 5 and 6.
namespace status {
inline constexpr std::uint16_t done = 0x9000;
inline constexpr std::uint16_t end_of_file = 0x6282;
inline constexpr std::uint16_t wrong_length = 0x6700;
inline constexpr std::uint16_t security = 0x6982;
inline constexpr std::uint16_t not_satisfied = 0x6985;
inline constexpr std::uint16_t no_current_file = 0x6986;
inline constexpr std::uint16_t wrong_data = 0x6A80;
inline constexpr std::uint16_t not_supported = 0x6A81;
inline constexpr std::uint16_t not_found = 0x6A82;
inline constexpr std::uint16_t no_record = 0x6A83;
inline constexpr std::uint16_t wrong_p1_p2 = 0x6A86;
inline constexpr std::uint16_t no_key = 0x6A88;
inline constexpr std::uint16_t wrong_offset = 0x6B00;
inline constexpr std::uint16_t unknown_instruction = 0x6D00;
inline constexpr std::uint16_t unknown_class = 0x6E00;
}  // namespace status

/// Appends a BER-TLV data object (ISO 7816-4, 5.2.2): tag of one to three bytes, length in up to three.
void append_object(Bytes& target, std::uint32_t tag, ByteView value);

/// An answer to reset and its TCK, which makes the exclusive or of all but TS zero (ISO 7816-3, 8.2.5).
[[nodiscard]] Bytes with_check_byte(Bytes answer_to_reset);

}  // namespace pishkhan::simulated
