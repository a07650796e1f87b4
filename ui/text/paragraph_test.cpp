// Lines, alignment, cutting, broken bytes: what every screen relies on.
#include "ui/text/isolate.h"
#include "ui/text/text_test_support.h"
#include "ui/text/utf8.h"

#include <string>

namespace pishkhan::text {
namespace {

constexpr std::string_view kLong =
    "درخواست شما ثبت شد و کد رهگیری روی رسید چاپ خواهد شد؛ می‌توانید آن را به هر پیشخوان نشان دهید";

TEST_CASE("An empty text has one line and one caret, at the edge where letters will appear") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const Layout& empty = engine.lay_out("", persian(), 200);
  REQUIRE(empty.lines().size() == 1);
  REQUIRE(empty.caret_stops().size() == 1);
  CHECK(empty.caret(0).strong.x == 200);
  CHECK(empty.height() == 51);
  CHECK(empty.width() == 0);
  Style english;
  english.language = Language::English;
  CHECK(engine.lay_out("", english, 200).caret(0).strong.x == 0);
  const Layout& two = engine.lay_out("الف\n", persian(), 200);
  CHECK(two.lines().size() == 2);
  CHECK(two.caret_stops().back().strong == CaretPlace{200, 1});
}

TEST_CASE("Paragraphs end at line feeds, and each finds its own direction") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const Layout& layout = engine.lay_out("سلام\r\nHello\n۱۲", Style{}, 400);
  REQUIRE(layout.lines().size() == 3);
  CHECK(layout.lines()[0].right_to_left);
  CHECK_FALSE(layout.lines()[1].right_to_left);
  CHECK(layout.lines()[2].right_to_left);
  CHECK(layout.lines()[1].byte_begin == 10);
  CHECK(layout.lines()[1].left == 0);
  CHECK(layout.lines()[0].left + layout.lines()[0].width == doctest::Approx(400).epsilon(0.01));
  CHECK(layout.lines()[1].top == layout.lines()[0].bottom);
  CHECK(layout.hit_test(1000, layout.lines()[1].top + 1) == 15);
  CHECK(layout.hit_test(1000, -50) == 0);
}

TEST_CASE("Text is aligned to its start, middle, end, left and right") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const auto left_of = [&](Align align) {
    Style style = persian();
    style.align = align;
    return engine.lay_out("سلام", style, 300).lines()[0].left;
  };
  const float room = 300 - engine.lay_out("سلام", persian()).width();
  CHECK(std::fabs(left_of(Align::Start) - room) <= 1);
  CHECK(std::fabs(left_of(Align::Center) - room / 2) <= 1);
  CHECK(left_of(Align::End) == 0);
  CHECK(left_of(Align::Left) == 0);
  CHECK(std::fabs(left_of(Align::Right) - room) <= 1);
}

TEST_CASE("A word wider than its line breaks inside, never beyond the width") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string_view word = "استانداردسازی‌هایمان";
  for (const float width : {60.0F, 90.0F, 150.0F}) {
    const Layout& layout = engine.lay_out(word, persian(), width);
    CHECK(layout.lines().size() > 1);
    for (const Line& line : layout.lines()) CHECK(line.width <= width + 0.1F);
    CHECK(layout.lines().back().byte_end == word.size());
  }
  // Narrower than any letter: one letter a line, and an end.
  CHECK(engine.lay_out(word, persian(), 1).lines().size() <= word.size());
}

TEST_CASE("A word of lam-alefs keeps to every width, wherever it breaks") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  // A break inside lam-alef may make two glyphs of one that was measured.
  for (float width = 40; width < 160; width += 1) {
    CAPTURE(width);
    for (const Line& line : engine.lay_out("لالالالالالالالالا", persian(), width).lines())
      CHECK(line.width <= width + 0.1F);
  }
}

TEST_CASE("Cut text ends in an ellipsis inside its width and never overlaps itself") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string mixed =
      "کد " + isolate("7K3M 9Q2P XT4W 2026 Visual Studio", Direction::LeftToRight) + " است";
  for (const std::string_view text : {kLong, std::string_view(mixed), std::string_view("a\nb\nc")}) {
    for (const float width : {40.0F, 120.0F, 200.0F, 333.0F, 500.0F}) {
      for (const int most : {1, 2}) {
        Style style = persian();
        style.maximum_lines = most;
        const Layout& layout = engine.lay_out(text, style, width);
        CAPTURE(width);
        CHECK(layout.lines().size() <= static_cast<std::size_t>(most));
        const bool whole = layout.lines().back().byte_end == text.size();
        CHECK(layout.cut() == !whole);
        for (const Line& line : layout.lines()) CHECK(line.width <= width + 0.1F);
        CHECK(layout.caret_stops().back().byte_offset == text.size());
      }
    }
  }
  Style one = persian();
  one.maximum_lines = 1;
  const Layout& cut = engine.lay_out(kLong, one, 300);
  // The ellipsis ends the line: it stands left of every other glyph.
  const auto ellipsis = engine.lay_out("…", persian()).glyphs()[0].id;
  const Layout& again = engine.lay_out(kLong, one, 300);
  CHECK(&cut == &again);
  CHECK(again.glyphs().front().id == ellipsis);
  CHECK(engine.lay_out("کوتاه", one, 300).cut() == false);
}

TEST_CASE("Cut text inside an isolate keeps its ellipsis at the end of the line") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  Style style = persian();
  style.maximum_lines = 1;
  const std::string text = "کد " + isolate("ABCDEFGH IJKLMNOP", Direction::LeftToRight);
  const Layout& layout = engine.lay_out(text, style, 270);
  REQUIRE(layout.cut());
  const auto ellipsis = engine.lay_out("…", persian()).glyphs()[0].id;
  const Layout& again = engine.lay_out(text, style, 270);
  CHECK(again.glyphs().size() > 8);
  float ellipsis_x = -1;
  float least = 1000;
  for (const Glyph& glyph : again.glyphs()) {
    if (glyph.id == ellipsis) ellipsis_x = glyph.x;
    least = std::min(least, glyph.x);
  }
  CHECK(ellipsis_x >= 0);
  CHECK(ellipsis_x <= least + 0.1F);
}

TEST_CASE("Bytes that are no UTF-8 are shown as U+FFFD") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const auto glyphs = [&](std::string_view text) { return engine.lay_out(text, persian()).glyphs().size(); };
  const auto replacement = engine.lay_out("\uFFFD", persian()).glyphs()[0].id;
  CHECK(replacement != 0);
  for (const std::string_view bad : {"\xFF", "\xC3", "\xE2\x80", "\xF0\x9F\x98", "\xED\xA0", "\xC0"}) {
    CHECK(engine.lay_out(bad, persian()).glyphs()[0].id == replacement);
  }
  CHECK(glyphs("\xE2\x80") == 1);
  CHECK(glyphs("\xED\xA0\x80") == 3);
  CHECK(glyphs("\xC0\xAF") == 2);
  CHECK(glyphs(std::string_view("a\0b", 3)) == 3);
  // Every truncation of a text with letters of two, three and four bytes.
  const std::string text = "سلام\u200Cها €𝄞 end";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const Layout& layout = engine.lay_out(std::string_view(text).substr(0, size), persian(), 100);
    CHECK(layout.caret_stops().back().byte_offset == size);
  }
}

TEST_CASE("A letter that no font has is seen as U+FFFD, not as a gap") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const auto replacement = engine.lay_out("\uFFFD", persian()).glyphs()[0].id;
  CHECK(engine.lay_out("漢", persian()).glyphs()[0].id == replacement);
}

TEST_CASE("Code points are walked in both directions") {
  const std::string_view text = "aب€𝄞\xFF\xE2\x80z";
  std::vector<std::size_t> forward;
  for (std::size_t at = 0; at < text.size(); at = next_code_point(text, at)) forward.push_back(at);
  CHECK(forward == std::vector<std::size_t>{0, 1, 3, 6, 10, 11, 13});
  std::size_t at = text.size();
  for (auto expected = forward.rbegin(); expected != forward.rend(); ++expected) {
    at = previous_code_point(text, at);
    CHECK(at == *expected);
  }
  CHECK(previous_code_point(text, 0) == 0);
  CHECK(next_code_point(text, text.size()) == text.size());
  CHECK(decode("", 0).bytes == 0);
}

TEST_CASE("Missing and damaged fonts are told by name") {
  FontPaths paths = default_font_paths("assets");
  paths.medium = "assets/fonts/none.ttf";
  auto missing = Fonts::open(paths);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == TextFault::Kind::FontMissing);
  CHECK(missing.error().file == paths.medium);
  paths = default_font_paths("assets");
  paths.bold = "assets/fonts/Vazirmatn-OFL.txt";
  auto damaged = Fonts::open(paths);
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().kind == TextFault::Kind::FontDamaged);
  CHECK(damaged.error().file == paths.bold);
  paths = default_font_paths("assets");
  paths.fallback.emplace_back("/nowhere/fallback.ttf");
  CHECK(Fonts::open(paths));
}

}  // namespace
}  // namespace pishkhan::text
