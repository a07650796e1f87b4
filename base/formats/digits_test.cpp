#include "base/formats/digits.h"

#include "base/core/random.h"
#include "base/formats/money.h"
#include "base/formats/utf8.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

using namespace pishkhan;
using namespace pishkhan::formats;

namespace {
std::string random_bytes(SeededRandom& random, std::size_t longest) {
  std::string text(static_cast<std::size_t>(random.below(longest + 1)), '\0');
  for (char& c : text) c = static_cast<char>(random.next());
  return text;
}

std::string random_text(SeededRandom& random, std::size_t longest) {
  static constexpr char32_t alphabet[] = {'1',    '9',    0x06F0, 0x06F9, 0x0660, 0x0669, 0x0643, 0x064A,
                                          0x0649, 0x06CC, 0x06A9, 0x200C, 0x200D, 0x200E, 0x202E, 0x2067,
                                          ' ',    0x00A0, '-',    0x2014, 'a',    'Z',    0x0628, 0x064E,
                                          0x0640, '\n',   0x060C, 0xFEFF, 0x1F333};
  std::string text;
  for (std::uint64_t left = random.below(longest + 1); left > 0; --left) {
    append_code_point(text, alphabet[random.below(std::size(alphabet))]);
  }
  return text;
}
}  // namespace

TEST_CASE("identifiers lose separators and foreign digits, and nothing else") {
  CHECK(normalise_identifier(" ۰۹۱۲ ۳۴۵-۶۷۸۹ ").reveal() == "09123456789");
  CHECK(normalise_identifier("٠٩١٢٣٤٥٦٧٨٩").reveal() == "09123456789");
  CHECK(normalise_identifier("0912\u00a0345\u200c67\u200f89\u202e").reveal() ==
        "0912345"
        "6789");
  CHECK(normalise_identifier("\u202a+98\u2013912\u20143").reveal() == "+989123");
  CHECK(normalise_identifier("12a3").reveal() == "12a3");
  CHECK(normalise_identifier("ي ك").reveal() == "یک");
  CHECK(normalise_identifier("").reveal().empty());
}

TEST_CASE("words get Persian letters, lose bidi controls and outer spaces, and keep the ZWNJ") {
  CHECK(normalise_words("  مي‌روم به كوچه  ").reveal() == "می‌روم به کوچه");
  CHECK(normalise_words("\u202bسلام\u202c\ufeff").reveal() == "سلام");
  CHECK(normalise_words("\u200cآب \u200c").reveal() == "آب");
  CHECK(normalise_words("پلاک ۱۲").reveal() == "پلاک ۱۲");
  CHECK(normalise_words(" \n \u00a0").reveal().empty());
  CHECK(normalise_words("موسى").reveal() == "موسی");
}

TEST_CASE("folding joins what is written differently and keeps apart what differs") {
  CHECK(fold("خیابان آزادی، پلاک ۱۲").reveal() == fold("خيابان  آزادي پلاك 12").reveal());
  CHECK(fold("می‌روم").reveal() == fold("می روم").reveal());
  CHECK(fold("کوچۀ گُل").reveal() == fold("کوچه گل").reveal());
  CHECK(fold("ABC").reveal() == "abc");
  CHECK(fold("۱۲ ۳").reveal() == "12 3");
  CHECK(fold("پلاک ۱۲، ۳").reveal() != fold("پلاک ۱۲۳").reveal());
  CHECK(fold("۱۲/۳").reveal() != fold("۱۲۳").reveal());
  CHECK(fold(" ۱ ").reveal() == "1");
}

TEST_CASE("digits change their script and leave the rest") {
  CHECK(persian_digits("12 آذر ٤٥") == "۱۲ آذر ۴۵");
  CHECK(latin_digits("۱۲ آذر ٤٥") == "12 آذر 45");
  CHECK(localised_digits("۱2", Language::Persian) == "۱۲");
  CHECK(localised_digits("۱2", Language::English) == "12");
  CHECK(persian_digits(PersonalText("0912")).reveal() == "۰۹۱۲");
  CHECK(localised_digits(PersonalText("۰۹"), Language::English).reveal() == "09");
  CHECK(count_code_points("می‌روم") == 6);
  CHECK(count_code_points("\xff\xfe") == 2);
}

TEST_CASE("strict UTF-8: what Unicode table 3-7 forbids is broken byte by byte") {
  for (const std::string broken :
       {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xe2\x82", "\xff"}) {
    std::size_t position = 0;
    CHECK(next_code_point(broken, position) == kBrokenByte);
    CHECK(position == 1);
  }
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 251) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_code_point(text, c);
    std::size_t position = 0;
    REQUIRE(next_code_point(text, position) == c);
    REQUIRE(position == text.size());
  }
}

TEST_CASE("normalising twice is normalising once, for any text and any bytes") {
  const std::uint64_t seed = 0x5eed0001;
  MESSAGE("seed ", seed);
  SeededRandom random(seed);
  for (int round = 0; round < 20000; ++round) {
    const std::string text = round % 2 == 0 ? random_text(random, 40) : random_bytes(random, 40);
    const PersonalText identifier = normalise_identifier(text);
    REQUIRE(normalise_identifier(identifier.reveal()) == identifier);
    const PersonalText words = normalise_words(text);
    REQUIRE(normalise_words(words.reveal()) == words);
    const PersonalText folded = fold(text);
    REQUIRE(fold(folded.reveal()) == folded);
    REQUIRE(fold(words.reveal()) == folded);
    REQUIRE(latin_digits(persian_digits(text)) == latin_digits(text));
    for (std::size_t i = 0; i < words.reveal().size();) {
      const char32_t c = next_code_point(words.reveal(), i);
      REQUIRE(c != kBrokenByte);
      REQUIRE_FALSE(is_bidi_control(c));
    }
  }
}

TEST_CASE("money is grouped by three") {
  CHECK(rial_text(4820000, Language::Persian) == "۴٬۸۲۰٬۰۰۰ ریال");
  CHECK(rial_text(4820000, Language::English) == "4,820,000 rials");
  CHECK(rial_text(0, Language::Persian) == "رایگان");
  CHECK(rial_text(0, Language::English) == "Free");
  CHECK(rial_text(1, Language::English) == "1 rial");
  CHECK(grouped_number(999, Language::English) == "999");
  CHECK(grouped_number(1000, Language::Persian) == "۱٬۰۰۰");
  CHECK(grouped_number(-31999000, Language::English) == "−31,999,000");
  CHECK(grouped_number(std::numeric_limits<std::int64_t>::min(), Language::English) ==
        "−9,223,372,036,854,775,808");
  CHECK(grouped_number(std::numeric_limits<std::int64_t>::max(), Language::English) ==
        "9,223,372,036,854,775,807");
}

TEST_CASE("grouping a number and taking the groups out again gives the number") {
  const std::uint64_t seed = 0x5eed0002;
  MESSAGE("seed ", seed);
  SeededRandom random(seed);
  for (int round = 0; round < 5000; ++round) {
    const auto number = static_cast<std::int64_t>(random.next() >> (random.below(63) + 1));
    std::string digits;
    for (const char c : grouped_number(number, Language::English)) {
      if (c != ',') digits += c;
    }
    REQUIRE(digits == std::to_string(number));
  }
}
