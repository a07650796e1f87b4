// Last lines that are no lone word.
#include "ui/text/settle.h"

#include "ui/text/text_test_support.h"

#include <string>

namespace pishkhan::text {
namespace {

TEST_CASE("A paragraph keeps its height and its edge, and most of its lone last words find company") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string text =
      "درخواست شما در همین دستگاه محفوظ است و خودبه‌خود فرستاده می‌شود، حتی اگر شبکه قطع باشد.";
  int alone = 0;
  int settled_well = 0;
  for (float width = 240; width < 900; width += 5) {
    const Layout plain = engine.lay_out(text, persian(30), width);
    const Settled settled = settle(engine, text, persian(30), width);
    CHECK(settled.layout->height() == plain.height());
    CHECK(settled.layout->lines().size() == plain.lines().size());
    CHECK(settled.layout->width() <= settled.width);
    CHECK(settled.shift == width - settled.width);  // right to left: it stays at the right edge
    if (!ends_alone(plain, width)) {
      CHECK(settled.width == width);
    } else {
      ++alone;
      if (!ends_alone(*settled.layout, width)) ++settled_well;
    }
  }
  CHECK(alone > 10);
  CHECK(settled_well * 2 > alone);
}

TEST_CASE("No word is broken for it, and what is cut or has paragraphs is left alone") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  Style style = persian(30);
  style.base = Direction::LeftToRight;
  for (float width = 150; width < 700; width += 5) {
    const std::string words = "Municipality of Sample City and its incomprehensibilities are so";
    const Settled settled = settle(engine, words, style, width);
    if (width_of_widest_piece(engine, words, style) > width) continue;
    for (const Line& line : settled.layout->lines())
      CHECK((line.byte_begin == 0 || words[line.byte_begin - 1] == ' ' || words[line.byte_begin] == ' '));
    CHECK(settled.shift == 0);
  }
  const std::string two = "first paragraph that is longer\nso";
  CHECK(settle(engine, two, style, 300).width == 300);
  style.maximum_lines = 2;
  CHECK(settle(engine, "words that need more than one line so", style, 300).width == 300);
}

TEST_CASE("Each alignment keeps its edge") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string text = "With the tracking code, at any city counter or by calling us";
  Style style = persian(30);
  style.base = Direction::LeftToRight;
  float width = 300;
  while (width < 900 && settle(engine, text, style, width).width == width) width += 1;
  REQUIRE(width < 900);
  const auto shift = [&](Align align) {
    style.align = align;
    return settle(engine, text, style, width).shift;
  };
  const float spare = width - settle(engine, text, style, width).width;
  CHECK(spare > 0);
  CHECK(shift(Align::Start) == 0);
  CHECK(shift(Align::Left) == 0);
  CHECK(shift(Align::End) == spare);
  CHECK(shift(Align::Right) == spare);
  CHECK(shift(Align::Center) == std::round(spare / 2));
}

}  // namespace
}  // namespace pishkhan::text
