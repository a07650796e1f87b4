#include "kiosk/receipts/code128.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pishkhan::receipts {

namespace {

/// The widths of three bars and three spaces of each character value, in modules, eleven together
/// (ISO/IEC 15417:2007, 4.3, Table 1).
constexpr std::array<std::string_view, 106> characters = {
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213",
    "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132",
    "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
    "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
    "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331",
    "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214",
    "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
    "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141",
    "114131", "311141", "411131", "211412", "211214", "211232"};
constexpr std::string_view stop = "2331112";
constexpr std::size_t start_c = 105;
/// The check character: the values by their places from 1 on, and the start's once, modulo 103 (Annex A).
constexpr std::size_t check_modulus = 103;

}  // namespace

std::optional<std::vector<std::uint8_t>> code128_of_digits(std::string_view digits) {
  const bool only_digits =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits.empty() || digits.size() % 2 != 0 || !only_digits) return std::nullopt;
  std::vector<std::uint8_t> widths;
  const auto put = [&widths](std::string_view character) {
    for (const char width : character) widths.push_back(static_cast<std::uint8_t>(width - '0'));
  };
  put(characters[start_c]);
  std::size_t check = start_c;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto value =
        static_cast<std::size_t>(digits[i] - '0') * 10 + static_cast<std::size_t>(digits[i + 1] - '0');
    put(characters[value]);
    check = (check + (i / 2 + 1) * value) % check_modulus;
  }
  put(characters[check]);
  put(stop);
  return widths;
}

}  // namespace pishkhan::receipts
