#include "tests/machine/picture_difference.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using machine::difference;

TEST_CASE("the difference is the share of pixels that somebody would notice") {
  const Picture white{10, 10, std::vector<std::uint32_t>(100, 0xFFFFFFFF)};
  Picture other = white;
  CHECK(difference(white, other) == 0);
  other.pixels[0] = 0xFF000000;
  other.pixels[99] = 0xFFFFFFE0;  // 31 less blue
  other.pixels[50] = 0xFFF0F0F0;  // 15 less: nobody sees it
  CHECK(difference(white, other) == doctest::Approx(0.02));
  CHECK(difference(white, other, {1, 9}) == 0);
  CHECK(difference(white, other, {0, 1}) == doctest::Approx(0.1));
  CHECK(difference(white, Picture{10, 9, std::vector<std::uint32_t>(90)}) == 1);
  CHECK(difference(white, other, {5, 5}) == 1);
}
