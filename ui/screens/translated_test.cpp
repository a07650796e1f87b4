#include "base/core/translations.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

using namespace pishkhan;

namespace {

struct Sentence {
  std::string file;
  std::string words;
};

/// The value of the string literal at `at` (its opening quote), and `at` moved behind it. Only the escapes that
/// our sentences may hold are known.
std::string literal(const std::string& source, std::size_t& at) {
  std::string value;
  for (++at; at < source.size() && source[at] != '"'; ++at) {
    const bool escaped = source[at] == '\\';
    if (escaped) ++at;
    value += escaped && source[at] == 'n' ? '\n' : source[at];
  }
  ++at;
  return value;
}

/// Every tr("…") of a source, with adjacent literals joined as the compiler joins them.
std::vector<std::string> sentences_of(const std::string& source) {
  std::vector<std::string> found;
  const std::string call = "tr(";
  for (std::size_t at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
    const char before = at == 0 ? ' ' : source[at - 1];
    if (std::isalnum(static_cast<unsigned char>(before)) != 0 || before == '_') continue;
    std::size_t next = source.find_first_not_of(" \n\t", at + call.size());
    std::string words;
    while (next < source.size() && source[next] == '"') {
      words += literal(source, next);
      next = source.find_first_not_of(" \n\t", next);
    }
    if (!words.empty()) found.push_back(words);
  }
  return found;
}

std::vector<Sentence> all_sentences() {
  std::vector<Sentence> all;
  for (const char* folder : {"ui", "kiosk"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::filesystem::path& path = entry.path();
      const bool source = path.extension() == ".cpp" || path.extension() == ".h";
      if (!source || path.stem().string().find("_test") != std::string::npos) continue;
      std::ifstream stream(path);
      const std::string text{std::istreambuf_iterator<char>(stream), {}};
      for (std::string& words : sentences_of(text)) all.push_back({path.string(), std::move(words)});
    }
  }
  return all;
}

std::multiset<std::string> placeholders(std::string_view sentence) {
  std::multiset<std::string> names;
  for (std::size_t open = sentence.find('{'); open != std::string_view::npos;
       open = sentence.find('{', open + 1)) {
    const std::size_t close = sentence.find('}', open);
    if (close == std::string_view::npos) break;
    names.insert(std::string(sentence.substr(open + 1, close - open - 1)));
  }
  return names;
}

Translations persian() {
  auto loaded = Translations::load(std::filesystem::path(PISHKHAN_BUILD_DIR) / "share/translations/fa.mo");
  REQUIRE(loaded.has_value());
  return std::move(*loaded);
}

}  // namespace

TEST_CASE("the finder of sentences joins literals and is not fooled by names that end alike") {
  CHECK(sentences_of("x = page.tr(\"One \"\n   \"two\");") == std::vector<std::string>{"One two"});
  CHECK(sentences_of("f(str(\"no\")); tr(words); tr(\"a \\\"b\\\"\")") == std::vector<std::string>{"a \"b\""});
}

// msgfmt leaves fuzzy and empty translations out, so what is in the compiled file is neither.
TEST_CASE("every sentence of the program has a Persian translation with the same placeholders") {
  const Translations translations = persian();
  const std::vector<Sentence> sentences = all_sentences();
  CHECK(sentences.size() > 100);
  for (const Sentence& sentence : sentences) {
    INFO(sentence.file << ": " << sentence.words);
    REQUIRE(translations.has(sentence.words));
    CHECK(placeholders(translations.tr(sentence.words)) == placeholders(sentence.words));
  }
}

TEST_CASE("Persian is written with Persian letters and digits") {
  const Translations translations = persian();
  for (const Sentence& sentence : all_sentences()) {
    const std::string words(translations.tr(sentence.words));
    INFO(words);
    for (const char* wrong : {"ي", "ك", "ى", "ة", "٤", "٥", "٦", " می ", "0", "1", "9"}) {
      CHECK(words.find(wrong) == std::string::npos);
    }
  }
}
