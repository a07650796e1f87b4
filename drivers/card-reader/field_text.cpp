#include "drivers/card-reader/field_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace pishkhan::card {

namespace {

bool all_digits(ByteView value) {
  return std::ranges::all_of(value, [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; });
}
bool all_ascii(ByteView value) {
  return std::ranges::all_of(value, [](std::uint8_t byte) { return byte >= 0x20 && byte <= 0x7E; });
}

/// The next code point of well-formed UTF-8 (Unicode 15, table 3-7), or nothing.
std::optional<char32_t> take_code_point(ByteView& text) {
  const std::uint8_t first = text[0];
  const std::size_t size = first < 0x80       ? 1
                           : first >> 5 == 6  ? 2
                           : first >> 4 == 14 ? 3
                           : first >> 3 == 30 ? 4
                                              : 0;
  if (size == 0 || size > text.size()) return std::nullopt;
  char32_t code = size == 1 ? first : first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (text[i] >> 6 != 2) return std::nullopt;
    code = code << 6 | (text[i] & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
  text = text.subspan(size);
  return code;
}

/// A name is shown on the screen and on paper: no control characters, and none that turn the line round.
bool is_plain_text(ByteView text) {
  while (!text.empty()) {
    const std::optional<char32_t> code = take_code_point(text);
    if (!code) return false;
    const bool control = *code < 0x20 || (*code >= 0x7F && *code < 0xA0);
    const bool turns = *code == 0x200E || *code == 0x200F || *code == 0x061C ||
                       (*code >= 0x2028 && *code <= 0x202E) || (*code >= 0x2066 && *code <= 0x2069);
    if (control || turns) return false;
  }
  return true;
}

/// Two digits a byte; F only at the end. Nothing if it is otherwise.
std::optional<std::string> binary_coded(ByteView value) {
  std::string digits;
  digits.reserve(2 * value.size());
  bool ended = false;
  for (const std::uint8_t byte : value) {
    for (const int half : {byte >> 4, byte & 0x0F}) {
      ended = ended || half == 0x0F;
      if (ended ? half != 0x0F : half > 9) return std::nullopt;
      if (!ended) digits += static_cast<char>('0' + half);
    }
  }
  return digits;
}

}  // namespace

Result<PersonalText, CardFault> field_text(const Field& field, ByteView value) {
  std::string made;  // where the text is not the bytes themselves
  std::string_view text = as_text(value);
  bool good = true;
  switch (field.encoding) {
    case Encoding::Digits:
      good = all_digits(value);
      break;
    case Encoding::Ascii:
      good = all_ascii(value);
      break;
    case Encoding::Utf8:
      good = is_plain_text(value);
      break;
    case Encoding::Hex:
      made = to_hex(value);
      text = made;
      break;
    case Encoding::Bcd:
      if (auto digits = binary_coded(value)) {
        made = std::move(*digits);
        text = made;
      } else {
        good = false;
      }
      break;
  }
  good = good && text.size() >= field.least && text.size() <= field.most;
  good = good && (!field.equals || text == *field.equals);
  PersonalText result;
  if (good) result = PersonalText(text);
  wipe(made.data(), made.size());
  if (!good) return fail(CardFault::Unreadable);
  return result;
}

}  // namespace pishkhan::card
