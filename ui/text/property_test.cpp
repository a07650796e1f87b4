// Random mixed strings: nothing crashes, every grapheme has its caret, every caret is found again.
#include "base/core/random.h"
#include "ui/text/font_set.h"
#include "ui/text/paragraph.h"
#include "ui/text/shaper.h"
#include "ui/text/text_test_support.h"
#include "ui/text/utf8.h"

#include <unicode/ubrk.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace pishkhan::text {
namespace {

constexpr std::array<std::string_view, 44> kPieces = {
    "س",      "لا",     "م",      "پیش",    "ی\u200C", "ها",       "قُ",      "ۀ",       " ",
    "  ",     "a",      "Word",   "fi",     "۱۲",      "34",       "٣",      "٬",       ".",
    "،",      "(",      ")",      "«",      "»",       "-",        "/",      "+",       "%",
    "\u2066", "\u2067", "\u2068", "\u2069", "\u202E",  "\u202C",   "\u200F", "\u0301",  "\u0651",
    "\u00A0", "\u00AD", "\t",     "\n",     "\r\n",    "👨\u200D👩", "\xFF",   "\xE2\x80"};

std::string random_text(SeededRandom& random, bool whole_letters) {
  std::string text;
  const std::uint64_t count = random.below(24);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string_view piece = kPieces.at(random.below(kPieces.size()));
    if (whole_letters && static_cast<unsigned char>(piece[0]) >= 0xE2 && piece.size() < 3) continue;
    text += piece;
  }
  return text;
}

/// The byte offsets of all grapheme boundaries, by ICU over the whole text at once.
std::set<std::size_t> grapheme_boundaries(std::string_view text) {
  icu::UnicodeString utf16;
  std::vector<std::size_t> byte_of;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded letter = decode(text, at);
    utf16.append(static_cast<UChar32>(letter.code_point));
    while (byte_of.size() < static_cast<std::size_t>(utf16.length())) byte_of.push_back(at);
    at += letter.bytes;
  }
  byte_of.push_back(text.size());
  UErrorCode error = U_ZERO_ERROR;
  UBreakIterator* iterator = ubrk_open(UBRK_CHARACTER, "fa", utf16.getBuffer(), utf16.length(), &error);
  REQUIRE(U_SUCCESS(error));
  std::set<std::size_t> result;
  for (int32_t at = ubrk_first(iterator); at != UBRK_DONE; at = ubrk_next(iterator)) {
    result.insert(byte_of[static_cast<std::size_t>(at)]);
  }
  ubrk_close(iterator);
  return result;
}

bool stands_at(const CaretStop& stop, const CaretPlace& place) {
  const auto same = [&](const CaretPlace& other) {
    return other.line == place.line && std::fabs(other.x - place.x) < 0.06F;
  };
  return same(stop.strong) || (stop.weak && same(*stop.weak));
}

void check_carets(const Layout& layout, std::string_view text) {
  const auto stops = layout.caret_stops();
  REQUIRE_FALSE(stops.empty());
  std::set<std::size_t> offsets;
  bool good = stops.front().byte_offset == 0 && stops.back().byte_offset == text.size();
  for (const CaretStop& stop : stops) {
    good = good && (offsets.empty() || stop.byte_offset > *offsets.rbegin());
    offsets.insert(stop.byte_offset);
    good = good && stop.strong.line < layout.lines().size() &&
           layout.caret(stop.byte_offset).byte_offset == stop.byte_offset;
    for (const auto& place : {std::optional(stop.strong), stop.weak}) {
      if (!place) continue;
      const std::size_t hit = layout.hit_test(place->x, layout.lines()[place->line].top + 1);
      good = good && stands_at(layout.caret(hit), *place);
    }
  }
  CHECK(good);
  CHECK(offsets == grapheme_boundaries(text));
}

TEST_CASE("Property: every grapheme boundary has a caret, and a hit on a caret finds it") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts, 8);
  for (std::uint64_t seed = 1; seed <= 2500; ++seed) {
    SeededRandom random(seed);
    const std::string text = random_text(random, false);
    Style style = persian(static_cast<float>(16 + random.below(40)));
    style.base = static_cast<Direction>(random.below(3));
    style.align = static_cast<Align>(random.below(5));
    const float width = random.below(3) == 0 ? kUnlimited : static_cast<float>(20 + random.below(400));
    CAPTURE(seed);
    CAPTURE(width);
    check_carets(engine.lay_out(text, style, width), text);
  }
}

TEST_CASE("Property: lines keep to their width, follow each other, and lose nothing") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts, 8);
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    SeededRandom random(seed);
    const std::string text = random_text(random, false);
    // Wider than the widest grapheme of the pieces, so that every line can keep to it.
    const float width = static_cast<float>(120 + random.below(300));
    const Layout& layout = engine.lay_out(text, persian(24), width);
    CAPTURE(seed);
    bool good = layout.lines().front().byte_begin == 0 && layout.lines().back().byte_end == text.size();
    for (std::size_t i = 0; i < layout.lines().size(); ++i) {
      const Line& line = layout.lines()[i];
      good = good && line.width <= width + 0.1F && line.byte_begin <= line.byte_end;
      if (i == 0) continue;
      const std::string_view between = std::string_view(text).substr(
          layout.lines()[i - 1].byte_end, line.byte_begin - layout.lines()[i - 1].byte_end);
      good = good && (between.empty() || between == "\n" || between == "\r\n");
      good = good && line.top == layout.lines()[i - 1].bottom;
    }
    CHECK(good);
  }
}

TEST_CASE("Property: the width of a line is the sum of what its items advance") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts, 8);
  const Analyser analyser(fonts.set());
  Shaper shaper(fonts.set());
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SeededRandom random(seed);
    std::string text = random_text(random, true);
    text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }),
               text.end());
    Paragraph paragraph;
    bool ended = false;
    read_paragraph(text, 0, paragraph, ended);
    REQUIRE_FALSE(ended);
    analyser.analyse(paragraph, persian());
    float sum = 0;
    for (const Item& item : paragraph.items) {
      for (const ShapedGlyph& glyph : shaper.shape(paragraph, item, Language::Persian))
        sum += glyph.advance_em * 32;
    }
    CAPTURE(seed);
    CHECK(engine.lay_out(text, persian()).width() == doctest::Approx(sum).epsilon(0.01));
  }
}

TEST_CASE("Property: cut text keeps to its lines and its width whatever it holds") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts, 8);
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SeededRandom random(seed);
    const std::string text = random_text(random, false) + random_text(random, false);
    Style style = persian(24);
    style.maximum_lines = static_cast<int>(1 + random.below(3));
    const float width = static_cast<float>(120 + random.below(200));
    const Layout& layout = engine.lay_out(text, style, width);
    CAPTURE(seed);
    bool good = layout.lines().size() <= static_cast<std::size_t>(style.maximum_lines);
    for (const Line& line : layout.lines()) good = good && line.width <= width + 0.1F;
    good = good && layout.caret_stops().back().byte_offset == text.size();
    CHECK(good);
  }
}

}  // namespace
}  // namespace pishkhan::text
