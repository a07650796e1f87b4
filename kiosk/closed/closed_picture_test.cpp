#include "kiosk/closed/closed_picture.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using closed::fill_panel;

TEST_CASE("the picture fills the panel, keeps its shape, and stands in the middle of its own ground") {
  const Picture two{2, 1, {0xFF111111, 0xFF222222}};
  CHECK(fill_panel(two, 2, 1) == two);
  const Picture panel = fill_panel(two, 4, 6);  // twice as large, two rows in the middle of six
  REQUIRE(panel.pixels.size() == 24);
  for (int y = 0; y < 6; ++y)
    for (int x = 0; x < 4; ++x) {
      const std::uint32_t wanted = (y == 2 || y == 3) && x >= 2 ? 0xFF222222 : 0xFF111111;
      CHECK(panel.pixels[static_cast<std::size_t>(y * 4 + x)] == wanted);
    }
  CHECK(fill_panel(two, 1, 1).pixels.size() == 1);
  CHECK(fill_panel(Picture{}, 3, 2).pixels.size() == 6);
  CHECK(fill_panel(two, 0, 5).pixels.empty());
}
