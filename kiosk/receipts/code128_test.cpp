// The symbol's arithmetic. That other programs read it from paper: tests/receipt-codes.
#include "kiosk/receipts/code128.h"

#include <doctest/doctest.h>

#include <numeric>
#include <set>
#include <string>

using namespace pishkhan::receipts;

namespace {

using Widths = std::vector<std::uint8_t>;

Widths part(const Widths& whole, std::size_t from, std::size_t count) {
  return {whole.begin() + static_cast<std::ptrdiff_t>(from),
          whole.begin() + static_cast<std::ptrdiff_t>(from + count)};
}

std::string pair_of(int value) {
  return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

}  // namespace

TEST_CASE("start C, the pairs, the check character of the standard's rule, stop") {
  // 105 + 1·12 + 2·34 + 3·56 = 353, and 353 modulo 103 is 44.
  const auto code = code128_of_digits("123456");
  REQUIRE(code);
  CHECK(part(*code, 0, 6) == Widths{2, 1, 1, 2, 3, 2});
  CHECK(part(*code, 6, 6) == Widths{1, 1, 2, 2, 3, 2});   // 12
  CHECK(part(*code, 24, 6) == Widths{1, 3, 2, 1, 3, 1});  // 44
  CHECK(part(*code, 30, 7) == Widths{2, 3, 3, 1, 1, 1, 2});
  CHECK(code->size() == 37);
  CHECK(part(*code128_of_digits("44"), 6, 6) == part(*code, 24, 6));
}

TEST_CASE(
    "each of the hundred characters is eleven modules, an even number of them black, and no two are alike") {
  std::set<Widths> seen;
  for (int value = 0; value < 100; ++value) {
    const auto code = code128_of_digits(pair_of(value));
    REQUIRE(code);
    const Widths character = part(*code, 6, 6);
    CHECK(std::accumulate(character.begin(), character.end(), 0) == 11);
    CHECK((character[0] + character[2] + character[4]) % 2 == 0);
    CHECK(std::accumulate(code->begin(), code->end(), 0) == 3 * 11 + 13);
    seen.insert(character);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("what is no even number of digits has no bars") {
  for (const char* text : {"", "1", "123", "12a4", "۱۲", "12 34"}) CHECK_FALSE(code128_of_digits(text));
}
