#pragma once

#include "base/core/ensure.h"
#include "base/core/personal.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan::formats {

/// What next_code_point() gives for a byte that is part of no valid UTF-8 sequence.
inline constexpr char32_t kBrokenByte = 0xFFFFFFFF;

/// The code point at `position` (which must be inside the text), and `position` moved behind it. Strict:
/// overlong forms, surrogates and values above U+10FFFF are broken, byte by byte (Unicode 15, table 3-7).
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& position);
/// Appends at most four bytes; kBrokenByte is appended as U+FFFD.
void append_code_point(std::string& text, char32_t code_point);

/// White space of any script, and the zero-width space.
[[nodiscard]] bool is_space(char32_t code_point);
/// Marks and embeddings that only steer the direction of text, and the byte order mark.
[[nodiscard]] bool is_bidi_control(char32_t code_point);
[[nodiscard]] bool is_dash(char32_t code_point);
/// 0 to 9 for a Latin, Persian or Arabic digit; -1 for anything else.
[[nodiscard]] int digit_value(char32_t code_point);

inline constexpr char32_t kZeroWidthNonJoiner = 0x200C;
inline constexpr char32_t kZeroWidthJoiner = 0x200D;

/// Builds a personal text without leaving a copy behind: `build(std::string&)` may append up to `capacity`
/// bytes.
template <class Build>
[[nodiscard]] PersonalText build_personal(std::size_t capacity, Build build) {
  std::string text;
  text.reserve(capacity);
  const char* const before = text.data();
  build(text);
  ENSURE(text.data() == before, "a personal text outgrew its buffer and left a copy behind");
  PersonalText result{std::string_view(text)};
  wipe(text.data(), text.capacity());
  return result;
}

}  // namespace pishkhan::formats
