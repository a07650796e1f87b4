// What the engine remembers, and that it can forget it.
#include "ui/text/engine.h"

#include "base/core/personal.h"
#include "ui/text/text_test_support.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

namespace pishkhan::text {
namespace {

TEST_CASE("A text set twice is set once; styles and widths are told apart") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts, 4);
  const Layout* first = &engine.lay_out("سلام", persian(), 200);
  CHECK(&engine.lay_out("سلام", persian(), 200) == first);
  CHECK(engine.remembered() == 1);
  Style bold = persian();
  bold.weight = Weight::Bold;
  CHECK(&engine.lay_out("سلام", bold, 200) != first);
  CHECK(&engine.lay_out("سلام", persian(), 201) != first);
  Style other = persian();
  other.align = Align::End;
  CHECK(&engine.lay_out("سلام", other, 200) != first);
  CHECK(engine.remembered() == 4);
  // The fifth pushes out the oldest; asking for a text makes it young.
  CHECK(&engine.lay_out("سلام", persian(), 200) == first);
  engine.lay_out("پنجم", persian(), 200);
  CHECK(engine.remembered() == 4);
  CHECK(&engine.lay_out("سلام", persian(), 200) == first);
  engine.forget();
  CHECK(engine.remembered() == 0);
  CHECK(engine.lay_out("سلام", persian(), 200).lines().size() == 1);
}

TEST_CASE("Strange sizes and widths are bounded, not trusted") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  for (const float size : {-1.0F, 0.0F, 1e9F, kUnlimited, -kUnlimited, std::nanf("")}) {
    CHECK(std::isfinite(engine.lay_out("سلام", persian(size)).height()));
  }
  for (const float width : {-5.0F, 0.0F, std::nanf(""), kUnlimited, 1e-9F}) {
    CHECK(std::isfinite(engine.lay_out("سلام دنیا", persian(), width).width()));
  }
  const std::string long_text(3U << 20U, 'a');
  CHECK(engine.lay_out(long_text, persian()).caret_stops().back().byte_offset == 64U << 10U);
  CHECK(engine.lay_out(long_text, persian()).lines().size() == 1);
}

#ifndef PISHKHAN_SANITIZED  // A sanitizer's allocator keeps freed memory elsewhere.

constexpr std::size_t kLetters = 26;

/// Persian letters in no order of the alphabet, made on the stack so that no copy lies in the heap or in
/// the program.
std::array<char32_t, kLetters> secret_letters() {
  std::array<char32_t, kLetters> letters{};
  std::uint32_t state = 0x5EED;
  for (char32_t& letter : letters) {
    state = state * 1664525U + 1013904223U;
    letter = 0x0633 + (state >> 20U) % 8;  // seen to ghain
  }
  return letters;
}

struct Region {
  const char* begin;
  std::size_t size;
};

/// The heap and every other writable anonymous mapping, but not the stack.
std::vector<Region> heap_regions() {
  std::vector<Region> regions;
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    std::istringstream fields(line);
    std::string range;
    std::string rights;
    std::string offset;
    std::string device;
    std::string inode;
    std::string name;
    fields >> range >> rights >> offset >> device >> inode >> name;
    if (rights.rfind("rw", 0) != 0 || inode != "0" || (!name.empty() && name != "[heap]")) continue;
    const std::size_t dash = range.find('-');
    const auto begin = std::stoull(range.substr(0, dash), nullptr, 16);
    const auto end = std::stoull(range.substr(dash + 1), nullptr, 16);
    regions.push_back({reinterpret_cast<const char*>(begin), end - begin});  // NOLINT: our own memory
  }
  return regions;
}

/// How many stretches of five letters are found in the heap, in the given unit and in either order.
template <class Unit>
int copies(const std::vector<Region>& regions, const std::array<char32_t, kLetters>& letters) {
  constexpr std::size_t kStretch = 5;
  int found = 0;
  for (std::size_t start = 0; start + kStretch <= kLetters; ++start) {
    std::array<Unit, kStretch> forward{};
    std::array<Unit, kStretch> backward{};
    for (std::size_t i = 0; i < kStretch; ++i) {
      forward.at(i) = static_cast<Unit>(letters.at(start + i));
      backward.at(kStretch - 1 - i) = forward.at(i);
    }
    for (const Region& region : regions) {
      found += memmem(region.begin, region.size, forward.data(), sizeof forward) != nullptr ? 1 : 0;
      found += memmem(region.begin, region.size, backward.data(), sizeof backward) != nullptr ? 1 : 0;
    }
  }
  return found;
}

/// Whether the glyphs, or the first of them, lie in the heap one record of `stride` bytes after the other.
bool glyphs_lie_there(const std::vector<Region>& regions, const std::array<std::uint32_t, kLetters>& ids,
                      std::size_t stride) {
  constexpr std::size_t kStretch = 6;
  for (const Region& region : regions) {
    for (std::size_t at = 0; at + stride * kStretch <= region.size; at += 4) {
      std::size_t same = 0;
      while (same < kStretch) {
        std::uint32_t id = 0;
        std::memcpy(&id, region.begin + at + same * stride, sizeof id);
        if (id != ids.at(kLetters / 2 + same)) break;
        ++same;
      }
      if (same == kStretch) return true;
    }
  }
  return false;
}

/// Looks for the citizen's words in every form that the pipeline uses. The needles stay on the stack.
struct Search {
  std::array<char32_t, kLetters> letters;
  std::array<char, kLetters * 2> utf8;
  std::array<std::uint32_t, kLetters> glyphs;

  [[nodiscard]] int found() const {
    const auto regions = heap_regions();
    int result = copies<char32_t>(regions, letters) + copies<char16_t>(regions, letters);
    for (std::size_t start = 0; start + 10 <= utf8.size(); start += 2) {
      for (const Region& region : regions) {
        result += memmem(region.begin, region.size, utf8.data() + start, 10) != nullptr ? 1 : 0;
      }
    }
    // As HarfBuzz, the shaper and the layout hold them.
    for (const std::size_t stride : {std::size_t{20}, sizeof(Glyph)}) {
      if (glyphs[0] == 0) break;
      result += glyphs_lie_there(regions, glyphs, stride) ? 1 : 0;
    }
    return result;
  }
};

TEST_CASE("forget() leaves no copy of a laid-out text in the heap") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts, 16);
  Search search{};
  search.letters = secret_letters();
  for (std::size_t i = 0; i < kLetters; ++i) {
    search.utf8.at(i * 2) = static_cast<char>(0xC0U | search.letters.at(i) >> 6U);
    search.utf8.at(i * 2 + 1) = static_cast<char>(0x80U | (search.letters.at(i) & 0x3FU));
  }
  const std::string_view text(search.utf8.data(), search.utf8.size());
  const Layout& layout = engine.lay_out(text, persian());
  REQUIRE(layout.glyphs().size() == kLetters);
  for (std::size_t i = 0; i < kLetters; ++i) search.glyphs.at(i) = layout.glyphs()[i].id;
  // It is there while it is remembered, so the search can find it; also set in many other ways, as a form
  // would: growing letter by letter, in narrow lines, cut, twice over in one text.
  CHECK(search.found() > 0);
  for (std::size_t size = 2; size <= text.size(); size += 2)
    engine.lay_out(text.substr(0, size), persian(), 150);
  Style cut = persian();
  cut.maximum_lines = 2;
  engine.lay_out(text, cut, 120);
  engine.forget();
  CHECK(search.found() == 0);
}

TEST_CASE("A text pushed out of the memory is overwritten at once") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts, 1);
  Search search{};
  search.letters = secret_letters();
  for (std::size_t i = 0; i < kLetters; ++i) {
    search.letters.at(i) += 8;
    search.utf8.at(i * 2) = static_cast<char>(0xC0U | search.letters.at(i) >> 6U);
    search.utf8.at(i * 2 + 1) = static_cast<char>(0x80U | (search.letters.at(i) & 0x3FU));
  }
  engine.lay_out(std::string_view(search.utf8.data(), search.utf8.size()), persian());
  CHECK(copies<char32_t>(heap_regions(), search.letters) == 0);
  engine.lay_out("بعدی", persian());
  CHECK(search.found() == 0);
}

#endif

}  // namespace
}  // namespace pishkhan::text
