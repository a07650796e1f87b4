#include "base/core/translations.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace pishkhan;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

const Pairs kPairs{{"", "Content-Type: text/plain; charset=UTF-8\n"},
                   {"Back", "بازگشت"},
                   {"End", "پایان"},
                   {"Untranslated", ""},
                   {"{count} minutes", "{count} دقیقه"}};

enum class Order { Little, Big };

/// A catalogue as msgfmt lays it out: header, two tables of descriptors, strings.
Bytes make_mo(const Pairs& pairs, Order order = Order::Little, std::uint32_t revision = 0) {
  Bytes bytes;
  ByteWriter writer(bytes);
  const auto word = [&](std::size_t value) {
    const auto narrow = static_cast<std::uint32_t>(value);
    order == Order::Little ? writer.le32(narrow) : writer.be32(narrow);
  };
  const std::size_t header = 28;
  word(0x950412de);
  word(revision);
  word(pairs.size());
  word(header);
  word(header + 8 * pairs.size());
  word(0);
  word(header + 16 * pairs.size());
  std::size_t offset = header + 16 * pairs.size();
  for (const auto& [original, translated] : pairs) {
    word(original.size());
    word(offset);
    offset += original.size() + 1;
  }
  for (const auto& [original, translated] : pairs) {
    word(translated.size());
    word(offset);
    offset += translated.size() + 1;
  }
  for (const auto& [original, translated] : pairs)
    writer.bytes(as_bytes(std::string_view(original.c_str(), original.size() + 1)));
  for (const auto& [original, translated] : pairs)
    writer.bytes(as_bytes(std::string_view(translated.c_str(), translated.size() + 1)));
  return bytes;
}

std::filesystem::path temporary(const std::string& name) {
  return std::filesystem::temp_directory_path() / ("pishkhan-translations-" + name);
}

void write(const std::filesystem::path& path, ByteView bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream << as_text(bytes);
}

}  // namespace

TEST_CASE("a catalogue of either byte order translates what it knows and leaves the rest") {
  for (const Order order : {Order::Little, Order::Big}) {
    const auto translations = Translations::parse(make_mo(kPairs, order));
    REQUIRE(translations.has_value());
    CHECK(translations->tr("Back") == "بازگشت");
    CHECK(translations->tr("{count} minutes") == "{count} دقیقه");
    CHECK(translations->tr("Somewhere else") == "Somewhere else");
    CHECK(translations->tr("Untranslated") == "Untranslated");
    CHECK(translations->has("End"));
    CHECK_FALSE(translations->has("Untranslated"));
    CHECK_FALSE(translations->has(""));
    CHECK(translations->tr("").empty());
  }
  CHECK(Translations().tr("Back") == "Back");
}

TEST_CASE("every truncation of a catalogue is refused") {
  const Bytes whole = make_mo(kPairs);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto cut = Translations::parse(ByteView(whole).first(length));
    REQUIRE_FALSE(cut.has_value());
    CHECK((cut.error() == TranslationProblem::Damaged || cut.error() == TranslationProblem::NotAnMo));
  }
}

TEST_CASE("a catalogue with any one byte changed is refused or still answers every question") {
  const Bytes whole = make_mo(kPairs);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      Bytes changed = whole;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ change);
      const auto translations = Translations::parse(changed);
      if (!translations) continue;
      std::size_t length = 0;
      for (const auto& [original, translated] : kPairs) length += translations->tr(original).size();
      CHECK(length < 2 * whole.size());
    }
  }
}

TEST_CASE("random bytes behind a right header never lead out of the file") {
  const std::uint64_t seed = 20261123;
  INFO("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = make_mo(kPairs);
    for (int change = 0; change < 6; ++change) {
      bytes[4 + random.below(bytes.size() - 4)] = static_cast<std::uint8_t>(random.next());
    }
    bytes.resize(4 + random.below(bytes.size() - 4));
    const auto translations = Translations::parse(bytes);
    if (translations) CHECK(translations->tr("Back").size() < bytes.size());
  }
}

TEST_CASE("a catalogue is refused for what is wrong with it") {
  const auto problem = [](const Bytes& bytes) { return Translations::parse(bytes).error(); };
  CHECK(problem(make_mo(kPairs, Order::Little, 0x20000)) == TranslationProblem::NotAnMo);
  CHECK(problem(make_mo({{"b", "1"}, {"a", "2"}})) == TranslationProblem::Damaged);
  CHECK(problem(make_mo({{"a", "\xff"}})) == TranslationProblem::Damaged);
  CHECK(problem(make_mo({{"a", "\xed\xa0\x80"}})) == TranslationProblem::Damaged);
  CHECK(problem(make_mo({{"a", "\xc0\xaf"}})) == TranslationProblem::Damaged);
  CHECK(problem(make_mo({{"a", std::string("x\0y", 3)}})) == TranslationProblem::Damaged);
  CHECK(problem(Bytes(Translations::kLargestFile + 1)) == TranslationProblem::TooLarge);
}

TEST_CASE("a missing or damaged file is a fault that names the file") {
  const auto missing = Translations::load(temporary("missing.mo"));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().problem == TranslationProblem::CannotOpen);
  CHECK(missing.error().file == temporary("missing.mo"));

  const auto directory = Translations::load(std::filesystem::temp_directory_path());
  REQUIRE_FALSE(directory.has_value());
  CHECK(directory.error().problem == TranslationProblem::CannotOpen);

  write(temporary("damaged.mo"), ByteView(make_mo(kPairs)).first(40));
  const auto damaged = Translations::load(temporary("damaged.mo"));
  REQUIRE_FALSE(damaged.has_value());
  CHECK(damaged.error().problem == TranslationProblem::Damaged);
  CHECK(damaged.error().file == temporary("damaged.mo"));

  write(temporary("whole.mo"), make_mo(kPairs));
  const auto whole = Translations::load(temporary("whole.mo"));
  REQUIRE(whole.has_value());
  CHECK(whole->size() == kPairs.size());
  std::filesystem::remove(temporary("damaged.mo"));
  std::filesystem::remove(temporary("whole.mo"));
}

TEST_CASE("values are put in by name, each isolated from the sentence around it") {
  CHECK(fill("{a} of {b}", {{"a", "1"}, {"b", "2"}}) ==
        "\u2068"
        "1\u2069 of \u2068"
        "2\u2069");
  CHECK(fill("{b} before {a}", {{"a", "1"}, {"b", "2"}}) ==
        "\u2068"
        "2\u2069 before \u2068"
        "1\u2069");
  CHECK(fill("no {such} name {", {{"a", "1"}}) == "no {such} name {");
  CHECK(fill("", {}).empty());
  // A value is not a sentence: braces in it are left alone.
  CHECK(fill("{a}", {{"a", "{b}"}, {"b", "x"}}) == "\u2068{b}\u2069");
}
