#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pishkhan::receipts {

/// White on either side of the symbol, in modules (ISO/IEC 15417:2007, 4.4.2).
inline constexpr int code128_quiet_modules = 10;

/// Code 128 of an even number of ASCII digits, code set C only, two digits a character (ISO/IEC 15417:2007).
/// The widths of bars and spaces in turn, in modules, beginning and ending with a bar; without the quiet
/// zones. Nothing for another text or an empty one. Thread: a pure function.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> code128_of_digits(std::string_view digits);

}  // namespace pishkhan::receipts
