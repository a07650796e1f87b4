#include "ui/text/utf8.h"

#include <cstdint>

namespace pishkhan::text {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

std::uint8_t byte_at(std::string_view utf8, std::size_t offset) {
  return static_cast<std::uint8_t>(utf8[offset]);
}

/// The range of a sequence's second byte depends on its first (The Unicode Standard, table 3-7).
bool second_byte_fits(std::uint8_t first, std::uint8_t second) {
  switch (first) {
    case 0xE0:
      return second >= 0xA0 && second <= 0xBF;
    case 0xED:
      return second >= 0x80 && second <= 0x9F;
    case 0xF0:
      return second >= 0x90 && second <= 0xBF;
    case 0xF4:
      return second >= 0x80 && second <= 0x8F;
    default:
      return second >= 0x80 && second <= 0xBF;
  }
}

}  // namespace

Decoded decode(std::string_view utf8, std::size_t offset) {
  if (offset >= utf8.size()) return {};
  const std::uint8_t first = byte_at(utf8, offset);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  char32_t value = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
    value = first & 0x1FU;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    value = first & 0x0FU;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    value = first & 0x07U;
  } else {
    return {kReplacement, 1};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (offset + i >= utf8.size()) return {kReplacement, i};
    const std::uint8_t next = byte_at(utf8, offset + i);
    const bool fits = i == 1 ? second_byte_fits(first, next) : (next & 0xC0U) == 0x80U;
    if (!fits) return {kReplacement, i};
    value = value << 6 | (next & 0x3FU);
  }
  return {value, length};
}

std::size_t previous_code_point(std::string_view utf8, std::size_t offset) {
  if (offset > utf8.size()) offset = utf8.size();
  // At most three bytes continue a code point; the start is the farthest one that reads up to the offset.
  for (std::size_t back = 4; back > 1; --back) {
    if (back > offset) continue;
    if (decode(utf8, offset - back).bytes == back) return offset - back;
  }
  return offset == 0 ? 0 : offset - 1;
}

std::size_t next_code_point(std::string_view utf8, std::size_t offset) {
  return offset >= utf8.size() ? utf8.size() : offset + decode(utf8, offset).bytes;
}

}  // namespace pishkhan::text
