// The pitfalls of Persian text on a screen, each by name.
#include "ui/text/font_set.h"
#include "ui/text/isolate.h"
#include "ui/text/text_test_support.h"
#include "ui/text/utf8.h"

#include <string>

namespace pishkhan::text {
namespace {

/// How wide the text is if nothing breaks it.
float natural_width(Engine& engine, std::string_view text, const Style& style) {
  return engine.lay_out(text, style).width();
}

TEST_CASE("Pitfall 1: a value in a sentence keeps its order inside isolates, and loses it without") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  for (const std::string_view value : {"2.5 MB", "1405-09-02", "11345-6789", "+98 21 1234"}) {
    CAPTURE(value);
    const std::string inside = "حجم " + isolate(value, Direction::LeftToRight) + " است";
    CHECK(runs_left_to_right(pens_of(engine.lay_out(inside, persian()), inside, value)));
    const std::string bare = "حجم " + std::string(value) + " است";
    CHECK_FALSE(runs_left_to_right(pens_of(engine.lay_out(bare, persian()), bare, value)));
  }
  const std::string unknown = "نشانی " + isolate("name@example.ir!", Direction::Auto) + " است";
  CHECK(runs_left_to_right(pens_of(engine.lay_out(unknown, persian()), unknown, "name@example.ir!")));
}

TEST_CASE("Pitfall 1: an identifier keeps its groups in order and on one line") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string code = group_identifier("7K3M9Q2PXT4W", 4);
  const std::string text = "کد رهگیری شما " + code + " است";
  const Layout& whole = engine.lay_out(text, persian());
  for (const char* group : {"7K3M", "9Q2P", "XT4W"}) CHECK(runs_left_to_right(pens_of(whole, text, group)));
  CHECK(glyph_at(whole, text.find("7K3M")).x < glyph_at(whole, text.find("9Q2P")).x);
  CHECK(glyph_at(whole, text.find("9Q2P")).x < glyph_at(whole, text.find("XT4W")).x);
  const std::string grouped = isolate_identifier("11345-AB/CD 12");
  const float code_width = natural_width(engine, grouped, persian());
  const std::string sentence = "کد پستی شما " + grouped + " است";
  const Layout& narrow = engine.lay_out(sentence, persian(), code_width + 40);
  REQUIRE(narrow.lines().size() > 1);
  const std::size_t begin = sentence.find("11345");
  const std::size_t end = sentence.find("12\u2069");
  CHECK(narrow.caret(begin).strong.line == narrow.caret(end).strong.line);
}

TEST_CASE("Pitfall 1: a value cannot break out of its isolate") {
  CHECK(isolate("a\u2069b", Direction::LeftToRight) == "\u2066ab\u2069");
  CHECK(isolate("a\u2067b", Direction::Auto) == "\u2068a\u2067b\u2069\u2069");
  CHECK(isolate("\u202Ea", Direction::RightToLeft) == "\u2067\u202Ea\u202C\u2069");
  CHECK(isolate("\u2066\u202Aa\u2069\u202Cb", Direction::LeftToRight) == "\u2066\u2066\u202Aa\u2069b\u2069");
  CHECK(isolate("", Direction::Auto) == "\u2068\u2069");
  const PersonalText name("رضا 12");
  CHECK(isolate(name, Direction::Auto).reveal() == isolate(name.reveal(), Direction::Auto));
  CHECK(isolate_identifier(name).reveal() == "\u2066رضا\u00A012\u2069");
}

TEST_CASE("Pitfall 2: lines break in logical order, then each is reordered") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string text = "یکی One two three four پنج شش";
  const float width = natural_width(engine, "یکی One two", persian()) + 4;
  const Layout& layout = engine.lay_out(text, persian(), width);
  REQUIRE(layout.lines().size() == 3);
  // The first line holds the first words of the sentence, though in visual order "four" stands first.
  CHECK(layout.lines()[0].byte_end == text.find("three"));
  CHECK(layout.lines()[1].byte_begin == text.find("three"));
  CHECK(layout.lines()[0].byte_begin == 0);
  for (const Line& line : layout.lines()) CHECK(line.width <= width + 0.1F);
  // On each line the Latin words run left to right, and the Persian word stands right of them.
  CHECK(glyph_at(layout, text.find("One")).x < glyph_at(layout, text.find("two")).x);
  CHECK(glyph_at(layout, text.find("three")).x < glyph_at(layout, text.find("four")).x);
  CHECK(glyph_at(layout, 0).x > glyph_at(layout, text.find("two")).x);
  CHECK(layout.caret(text.size()).strong.line == 2);
}

TEST_CASE("Pitfall 2: the space at a break hangs outside and has no width") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const float width = natural_width(engine, "سلام", persian()) + 1;
  const Layout& layout = engine.lay_out("سلام سلام", persian(), width);
  REQUIRE(layout.lines().size() == 2);
  CHECK(layout.lines()[0].width == doctest::Approx(layout.lines()[1].width).epsilon(0.02));
  CHECK(layout.lines()[0].left >= 0);
}

TEST_CASE("Pitfall 2: the space at a break stands at the line's end, though it parts Latin words") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string text = "کد abc defghi";
  const Layout& layout = engine.lay_out(text, persian(), natural_width(engine, "کد abc", persian()) + 4);
  REQUIRE(layout.lines().size() == 2);
  REQUIRE(layout.lines()[0].byte_end == text.find("defghi"));
  // By part 4 of rule L1 the hanging space is left of "abc"; else it would push the letters out of the line.
  CHECK(glyph_at(layout, text.find("abc")).x == doctest::Approx(layout.lines()[0].left).epsilon(0.01));
  CHECK(glyph_at(layout, text.find(" defghi")).x < layout.lines()[0].left);
}

TEST_CASE("Pitfall 2: a word broken for want of room keeps its joined letters") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string word = "سسسسسسسس";
  const Layout& whole = engine.lay_out(word, persian());
  const Layout& broken = engine.lay_out(word, persian(), whole.width() / 2);
  REQUIRE(broken.lines().size() > 1);
  // Each letter is shaped with the whole word as its context, on whichever line it stands.
  for (std::size_t at = 0; at < word.size(); at += 2) CHECK(glyph_at(broken, at).id == glyph_at(whole, at).id);
}

TEST_CASE("Pitfall 3: marks and ZWNJ stay with the font and run of the letter before them") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  // U+0322 and U+20DD are in neither Vazirmatn nor its script; they must not tear the word apart.
  for (const std::string_view word :
       {"می\u200Cخواهم", "قُرآن", "ب\u0322\u20DDب", "ب\u200Dب", "خانه\u200Cها\u200C"}) {
    CAPTURE(word);
    const Layout& layout = engine.lay_out(word, persian());
    REQUIRE(layout.runs().size() == 1);
    CHECK(layout.runs()[0].font == fonts.set().of(Weight::Regular));
  }
  // A letter of the fallback font keeps its accent in that font.
  const Layout& greek = engine.lay_out("Ω\u0301Ω", persian());
  if (!fonts.set().fallback().empty()) CHECK(greek.runs().size() == 1);
}

TEST_CASE("Pitfall 4: a caret between directions has two places") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string text = "کد abc است";
  const Layout& layout = engine.lay_out(text, persian());
  const std::size_t before = text.find("abc");
  const float latin_left = glyph_at(layout, before).x;
  const float latin_right = latin_left + natural_width(engine, "abc", persian());
  const CaretStop& enters = layout.caret(before);
  REQUIRE(enters.weak);
  CHECK(enters.strong.x == doctest::Approx(latin_right).epsilon(0.01));
  CHECK(enters.weak->x == doctest::Approx(latin_left).epsilon(0.01));
  const CaretStop& leaves = layout.caret(before + 3);
  REQUIRE(leaves.weak);
  CHECK(leaves.strong.x == doctest::Approx(latin_left).epsilon(0.01));
  CHECK(leaves.weak->x == doctest::Approx(latin_right).epsilon(0.01));
  CHECK_FALSE(layout.caret(before + 1).weak);
  CHECK_FALSE(layout.caret(text.find("ا")).weak);
  // At the end of the paragraph after Latin: Persian would go on at the left, Latin at the right.
  const Layout& ending = engine.lay_out("کد abc", persian());
  const CaretStop& end = ending.caret_stops().back();
  REQUIRE(end.weak);
  CHECK(end.strong.x < end.weak->x);
}

TEST_CASE("Pitfall 4: lam-alef is one glyph and two stops") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const Layout& layout = engine.lay_out("لا", persian());
  CHECK(layout.glyphs().size() == 1);
  REQUIRE(layout.caret_stops().size() == 3);
  const auto stops = layout.caret_stops();
  CHECK(stops[0].byte_offset == 0);
  CHECK(stops[1].byte_offset == 2);
  CHECK(stops[2].byte_offset == 4);
  CHECK(stops[0].strong.x == doctest::Approx(layout.width()).epsilon(0.05));
  CHECK(stops[1].strong.x == doctest::Approx((stops[0].strong.x + stops[2].strong.x) / 2).epsilon(0.01));
  CHECK(layout.hit_test(stops[1].strong.x + 1, 5) == 2);
}

TEST_CASE("Pitfall 4: ZWNJ joins the grapheme before it, and backspace goes by code point") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string text = "می\u200Cشود";
  const Layout& layout = engine.lay_out(text, persian());
  const std::size_t zwnj = text.find("\u200C");
  CHECK(layout.caret(zwnj).byte_offset == 2);
  CHECK(layout.next_caret(2).byte_offset == zwnj + 3);
  CHECK(layout.previous_caret(zwnj + 3).byte_offset == 2);
  CHECK(layout.previous_caret(zwnj).byte_offset == 2);
  CHECK(previous_code_point(text, zwnj + 3) == zwnj);
  CHECK(previous_code_point(text, zwnj) == 2);
  CHECK(previous_code_point("قُ", 4) == 2);
}

TEST_CASE("Persian letters join") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string word = "پیشخوان";
  const Layout& joined = engine.lay_out(word, persian());
  int changed = 0;
  float apart = 0;
  for (std::size_t at = 0; at < word.size(); at += 2) {
    const Layout& alone = engine.lay_out(std::string_view(word).substr(at, 2), persian());
    REQUIRE_FALSE(alone.glyphs().empty());
    apart += alone.width();
    changed += alone.glyphs()[0].id != glyph_at(engine.lay_out(word, persian()), at).id ? 1 : 0;
  }
  // پ ی ش خ and و change their shape; ا after و and ن after ا stand alone.
  CHECK(changed == 5);
  CHECK(engine.lay_out(word, persian()).width() < apart);
  CHECK(joined.runs().size() == 1);
  // A ZWNJ parts them again.
  const Layout& parted = engine.lay_out("ب\u200Cب", persian());
  const Layout& together = engine.lay_out("بب", persian());
  CHECK(parted.width() > together.width());
}

TEST_CASE("Brackets are mirrored in right-to-left text") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  Style latin;
  latin.base = Direction::LeftToRight;
  latin.language = Language::English;
  const auto closing = engine.lay_out("a)", latin).glyphs()[1].id;
  const std::string text = "(ب)";
  CHECK(glyph_at(engine.lay_out(text, persian()), 0).id != glyph_at(engine.lay_out("(a", latin), 0).id);
  CHECK(glyph_at(engine.lay_out(text, persian()), 0).id != 0);
  CHECK(closing != 0);
}

TEST_CASE("A number's digits run left to right in Persian and are not changed into others") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  const std::string text = "سال ۱۴۰۵ و 2026";
  const Layout& layout = engine.lay_out(text, persian());
  CHECK(runs_left_to_right(pens_of(layout, text, "۱۴۰۵")));
  CHECK(runs_left_to_right(pens_of(layout, text, "2026")));
  CHECK(glyph_at(layout, text.find("2026")).id == fonts.set().glyph_of(0, '2'));
}

}  // namespace
}  // namespace pishkhan::text
