#include "offline-queue/protocol/tracking_code.h"

#include "base/core/ensure.h"

#include <array>
#include <cstdint>
#include <cstdio>

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

/// ISO/IEC 7064, MOD 97-10: the digits followed by the check digits leave the remainder 1.
std::uint64_t check_digits(std::uint64_t number) {
  return 98 - number * 100 % 97;
}

}  // namespace

bool TrackingCode::in_range() const {
  return kiosk >= lowest_kiosk && kiosk <= highest_kiosk && epoch >= 1 && epoch <= highest_epoch &&
         sequence >= 1 && sequence <= highest_sequence;
}

std::string TrackingCode::digits() const {
  ENSURE(in_range(), "enrolment and the store give numbers in range");
  const std::uint64_t number =
      (static_cast<std::uint64_t>(kiosk) * 100 + static_cast<std::uint64_t>(epoch)) * 1'000'000 +
      static_cast<std::uint64_t>(sequence);
  std::array<char, length + 1> text{};
  std::snprintf(text.data(), text.size(), "%012llu%02llu", static_cast<unsigned long long>(number),
                static_cast<unsigned long long>(check_digits(number)));
  return {text.data(), length};
}

std::string TrackingCode::grouped() const {
  const std::string all = digits();
  return all.substr(0, 4) + "-" + all.substr(4, 4) + "-" + all.substr(8, 4) + "-" + all.substr(12);
}

Result<TrackingCode, TrackingCodeFault> TrackingCode::parse(std::string_view text) {
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
  const std::uint64_t body = number / 100;
  // Comparing with the one pair that we print also refuses 00, 01 and 99, which have the same remainders.
  if (check_digits(body) != number % 100) return fail(TrackingCodeFault::CheckDigits);
  TrackingCode code;
  code.kiosk = static_cast<int>(body / 100'000'000);
  code.epoch = static_cast<int>(body / 1'000'000 % 100);
  code.sequence = static_cast<int>(body % 1'000'000);
  if (!code.in_range()) return fail(TrackingCodeFault::OutOfRange);
  return code;
}

}  // namespace pishkhan::protocol
