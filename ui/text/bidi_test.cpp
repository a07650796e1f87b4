// The Unicode consortium's two conformance files for UAX #9, whole, through the path every text takes.
#include "ui/text/bidi.h"

#include <doctest/doctest.h>

#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pishkhan::text {
namespace {

constexpr const char* kBidiTest = "/usr/share/unicode/BidiTest.txt";
constexpr const char* kBidiCharacterTest = "/usr/share/unicode/BidiCharacterTest.txt";

std::vector<std::string_view> split(std::string_view line, std::string_view separators) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0;
  while (begin <= line.size()) {
    const std::size_t end = std::min(line.find_first_of(separators, begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  for (const std::string_view word : split(text, " \t\r")) {
    if (!word.empty()) result.push_back(word);
  }
  return result;
}

unsigned number(std::string_view digits, int base) {
  unsigned value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  REQUIRE(result.ec == std::errc());
  return value;
}

/// One character for each bidi class, none of them a bracket.
char32_t representative(std::string_view bidi_class) {
  static const std::map<std::string_view, char32_t> kCharacters = {
      {"L", 'a'},      {"R", 0x5D0},    {"AL", 0x628},   {"EN", '1'},     {"ES", '+'},     {"ET", '$'},
      {"AN", 0x661},   {"CS", ','},     {"NSM", 0x300},  {"BN", 0xAD},    {"B", 0x2029},   {"S", '\t'},
      {"WS", ' '},     {"ON", '!'},     {"LRE", 0x202A}, {"RLE", 0x202B}, {"PDF", 0x202C}, {"LRO", 0x202D},
      {"RLO", 0x202E}, {"LRI", 0x2066}, {"RLI", 0x2067}, {"FSI", 0x2068}, {"PDI", 0x2069}};
  const auto found = kCharacters.find(bidi_class);
  REQUIRE(found != kCharacters.end());
  return found->second;
}

struct Expected {
  std::vector<std::optional<int>> levels;  ///< none where X9 removes the character
  std::vector<std::uint32_t> order;
};

std::vector<std::optional<int>> parse_levels(std::string_view field) {
  std::vector<std::optional<int>> levels;
  for (const std::string_view word : words(field)) {
    levels.push_back(word == "x" ? std::nullopt : std::optional<int>(static_cast<int>(number(word, 10))));
  }
  return levels;
}

std::vector<std::uint32_t> parse_order(std::string_view field) {
  std::vector<std::uint32_t> order;
  for (const std::string_view word : words(field)) order.push_back(number(word, 10));
  return order;
}

/// The paragraph as one line: levels with all of L1, and the order of what X9 leaves.
bool matches(const std::vector<char32_t>& text, Direction base, const Expected& expected,
             std::optional<int> paragraph_level = std::nullopt) {
  BidiLevels bidi = resolve_levels(text, base, Direction::LeftToRight);
  if (paragraph_level && bidi.base != *paragraph_level) return false;
  for (std::size_t i = line_tail(bidi, 0, text.size()); i < text.size(); ++i) {
    bidi.levels[i] = static_cast<std::int8_t>(bidi.base);
  }
  std::vector<std::int8_t> kept;
  std::vector<std::uint32_t> kept_index;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!expected.levels[i]) continue;
    if (bidi.levels[i] != *expected.levels[i]) return false;
    kept.push_back(bidi.levels[i]);
    kept_index.push_back(static_cast<std::uint32_t>(i));
  }
  const WipedVector<std::uint32_t> order = visual_order(kept);
  if (order.size() != expected.order.size()) return false;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (kept_index[order[i]] != expected.order[i]) return false;
  }
  return true;
}

TEST_CASE("BidiTest.txt: all 770,241 cases") {
  std::ifstream file(kBidiTest);
  REQUIRE_MESSAGE(file, "the Debian package unicode-data holds the conformance files");
  Expected expected;
  std::string line;
  int cases = 0;
  int failures = 0;
  constexpr std::array<Direction, 3> kBases = {Direction::Auto, Direction::LeftToRight, Direction::RightToLeft};
  while (std::getline(file, line)) {
    if (line.rfind("@Levels:", 0) == 0) expected.levels = parse_levels(std::string_view(line).substr(8));
    if (line.rfind("@Reorder:", 0) == 0) expected.order = parse_order(std::string_view(line).substr(9));
    if (line.empty() || line[0] == '#' || line[0] == '@') continue;
    const auto fields = split(line, ";");
    REQUIRE(fields.size() == 2);
    std::vector<char32_t> text;
    for (const std::string_view name : words(fields[0])) text.push_back(representative(name));
    REQUIRE(text.size() == expected.levels.size());
    const unsigned bases = number(words(fields[1])[0], 16);
    for (unsigned bit = 0; bit < kBases.size(); ++bit) {
      if ((bases >> bit & 1U) == 0) continue;
      ++cases;
      if (matches(text, kBases[bit], expected)) continue;
      if (++failures < 10) MESSAGE("failed: " << line << " base " << bit);
    }
  }
  CHECK(cases == 770241);
  CHECK(failures == 0);
}

TEST_CASE("BidiCharacterTest.txt: all 91,707 cases") {
  std::ifstream file(kBidiCharacterTest);
  REQUIRE_MESSAGE(file, "the Debian package unicode-data holds the conformance files");
  std::string line;
  int cases = 0;
  int failures = 0;
  constexpr std::array<Direction, 3> kBases = {Direction::LeftToRight, Direction::RightToLeft, Direction::Auto};
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    const auto fields = split(line, ";");
    REQUIRE(fields.size() == 5);
    std::vector<char32_t> text;
    for (const std::string_view code : words(fields[0])) text.push_back(number(code, 16));
    const Expected expected{parse_levels(fields[3]), parse_order(fields[4])};
    REQUIRE(text.size() == expected.levels.size());
    ++cases;
    const Direction base = kBases.at(number(fields[1], 10));
    const int paragraph_level = static_cast<int>(number(fields[2], 10));
    if (matches(text, base, expected, paragraph_level)) continue;
    if (++failures < 10) MESSAGE("failed: " << line);
  }
  CHECK(cases == 91707);
  CHECK(failures == 0);
}

TEST_CASE("A text without strong letters takes the direction of its language") {
  const std::u32string digits = U"12 + 3";
  CHECK(resolve_levels(digits, Direction::Auto, Direction::RightToLeft).base == 1);
  CHECK(resolve_levels(digits, Direction::Auto, Direction::LeftToRight).base == 0);
  CHECK(resolve_levels(U"", Direction::Auto, Direction::RightToLeft).base == 1);
  CHECK(resolve_levels(U"abc", Direction::Auto, Direction::RightToLeft).base == 0);
}

}  // namespace
}  // namespace pishkhan::text
