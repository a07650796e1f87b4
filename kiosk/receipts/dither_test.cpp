#include "kiosk/receipts/dither.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace pishkhan;
using receipts::dithered;

namespace {

GreyPicture plain(int width, int height, std::uint8_t grey) {
  return {width, height,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), grey)};
}

double black_share(const Bitmap& dots) {
  int black = 0;
  for (int y = 0; y < dots.height(); ++y)
    for (int x = 0; x < dots.width(); ++x) black += dots.black(x, y) ? 1 : 0;
  return static_cast<double>(black) / (dots.width() * dots.height());
}

}  // namespace

TEST_CASE("white stays white, black stays black, and a grey has its share of dots, evenly") {
  CHECK(black_share(dithered(plain(200, 200, 255), 112)) == 0);
  CHECK(black_share(dithered(plain(200, 200, 0), 112)) == 1);
  for (const int grey : {64, 100, 128, 160, 192}) {
    // What is nearly black or white becomes it, so the greys between are spread a little.
    const double wanted = 1 - (grey - 24) / (255.0 - 48);
    const Bitmap dots = dithered(plain(200, 100, static_cast<std::uint8_t>(grey)), 112);
    CHECK(dots.height() == 56);
    CHECK(std::abs(black_share(dots) - wanted) < 0.02);
    Bitmap half(112, 28);
    for (int y = 0; y < 28; ++y)
      for (int x = 0; x < 112; ++x) half.set(x, y, dots.black(x, y + 28));
    CHECK(std::abs(black_share(half) - wanted) < 0.03);
  }
}

TEST_CASE("an edge between black and white is not frayed") {
  GreyPicture picture = plain(256, 256, 255);
  for (int y = 0; y < 256; ++y)
    for (int x = 0; x < 128; ++x) picture.pixels[static_cast<std::size_t>(y * 256 + x)] = 0;
  for (const int width : {64, 100, 113, 300}) {
    const Bitmap dots = dithered(picture, width);
    CHECK(dots.width() == width);
    for (int y = 0; y < dots.height(); ++y)
      for (int x = 0; x < width; ++x)
        if (std::abs(x - width / 2) > 1) CHECK(dots.black(x, y) == (x < width / 2));
  }
}

TEST_CASE("an empty picture or no width is no picture; one pixel is enough for one") {
  CHECK(dithered({}, 100).width() == 0);
  CHECK(dithered(plain(10, 10, 0), 0).width() == 0);
  CHECK(black_share(dithered(plain(1, 1, 0), 40)) == 1);
}
