#pragma once

#include <cstddef>
#include <string_view>

namespace pishkhan::text {

/// One code point read from text; a malformed byte sequence reads as U+FFFD (The Unicode Standard, section
/// 3.9, "substitution of maximal subparts").
struct Decoded {
  char32_t code_point = 0;
  std::size_t bytes = 0;  ///< 0 only at the end of the text
};
[[nodiscard]] Decoded decode(std::string_view utf8, std::size_t offset);

/// Where the code point before (or after) the offset begins; 0 and the text's size at the ends. Backspace
/// removes one code point, not one grapheme: so a ZWNJ or a vowel mark can be taken back alone.
[[nodiscard]] std::size_t previous_code_point(std::string_view utf8, std::size_t offset);
[[nodiscard]] std::size_t next_code_point(std::string_view utf8, std::size_t offset);

}  // namespace pishkhan::text
