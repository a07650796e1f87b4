#include "offline-queue/protocol/typed_digits.h"

#include <array>

namespace pishkhan::protocol {
namespace {

constexpr std::array<char32_t, 18> separators{U' ',      U'-',      U'\u00A0', U'\u2009', U'\u200B', U'\u200C',
                                              U'\u200E', U'\u200F', U'\u202F', U'\u2010', U'\u2011', U'\u2012',
                                              U'\u2013', U'\u2014', U'\u2015', U'\u2212', U'\t',     U'\u0640'};

/// One code point of UTF-8 from the front of `text`; U+FFFD for anything ill-formed. Only the two- and
/// three-byte forms matter here: nothing that we accept lies above U+FFFF.
char32_t take(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  char32_t point = U'\uFFFD';
  std::size_t length = 1;
  if (byte(0) < 0x80) {
    point = byte(0);
  } else if ((byte(0) & 0xE0) == 0xC0 && follows(1)) {
    point = static_cast<char32_t>((byte(0) & 0x1F) << 6 | (byte(1) & 0x3F));
    length = 2;
  } else if ((byte(0) & 0xF0) == 0xE0 && follows(1) && follows(2)) {
    point = static_cast<char32_t>((byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F));
    length = 3;
  }
  text.remove_prefix(length);
  return point;
}

int digit_value(char32_t point) {
  for (const char32_t zero : {U'0', U'\u06F0', U'\u0660'}) {
    if (point >= zero && point <= zero + 9) return static_cast<int>(point - zero);
  }
  return -1;
}

bool separates(char32_t point) {
  if (point >= U'\u2066' && point <= U'\u2069') return true;
  for (const char32_t separator : separators) {
    if (point == separator) return true;
  }
  return false;
}

}  // namespace

std::uint64_t check_digits(std::uint64_t number) {
  return 98 - number * 100 % 97;
}

Result<std::uint64_t, TrackingCodeFault> typed_digits(std::string_view text, std::size_t length) {
  std::uint64_t number = 0;
  std::size_t count = 0;
  while (!text.empty()) {
    const char32_t point = take(text);
    const int digit = digit_value(point);
    if (digit < 0) {
      if (!separates(point)) return fail(TrackingCodeFault::ForeignCharacter);
      continue;
    }
    if (++count > length) return fail(TrackingCodeFault::TooLong);
    number = number * 10 + static_cast<std::uint64_t>(digit);
  }
  if (count < length) return fail(TrackingCodeFault::TooShort);
  return number;
}

}  // namespace pishkhan::protocol
