// Where lines of a receipt may break.
#include "kiosk/receipts/paragraph.h"

#include "kiosk/receipts/measures.h"
#include "kiosk/receipts/sample_test.h"

#include <doctest/doctest.h>

#include <string>

using namespace pishkhan;
using namespace pishkhan::receipts;

namespace {

struct Press {
  Press() : fonts(*text::Fonts::open(text::default_font_paths("assets"))), engine(fonts) {}
  text::Fonts fonts;
  text::Engine engine;
};

text::Style style(float size, Language language = Language::English) {
  text::Style made;
  made.size_px = size;
  made.weight = text::Weight::Medium;
  made.base = right_to_left(language) ? text::Direction::RightToLeft : text::Direction::LeftToRight;
  made.language = language;
  return made;
}

/// What each line says, no-break spaces as spaces. `text` has a space for each of them already, or is as wide
/// in bytes as what was set.
std::vector<std::string> lines_of(const std::vector<Block>& blocks, std::string_view text) {
  std::vector<std::string> lines;
  for (const Block& block : blocks)
    for (const text::Line& line : block.layout->lines())
      lines.emplace_back(text.substr(line.byte_begin, line.byte_end - line.byte_begin));
  return lines;
}

}  // namespace

TEST_CASE("a date breaks before its brackets; before its year only where it is wider than the paper") {
  Press press;
  const std::string date = "by\u00a031\u00a0Ordibehesht\u00a01405 (21\u00a0May\u00a02026)";
  const std::string year_free = "by\u00a031\u00a0Ordibehesht 1405 (21\u00a0May\u00a02026)";
  const std::string by_free = "by 31\u00a0Ordibehesht 1405 (21\u00a0May\u00a02026)";
  int year_alone = 0;
  for (const sample::Printer& printer : sample::printers()) {
    INFO(printer.name);
    const Measures measures(printer.paper);
    const text::Style letters = style(measures.text);
    const int room = printer.paper.width_dots - 2 * measures.margin;
    const auto too_wide = [&](std::string_view piece) {
      return press.engine.lay_out(piece, letters).width() > static_cast<float>(room);
    };
    const bool frees_year = too_wide("by 31 Ordibehesht 1405");
    const bool frees_by = frees_year && too_wide("by 31 Ordibehesht");
    REQUIRE_FALSE(too_wide("31 Ordibehesht"));
    year_alone += frees_year ? 1 : 0;
    const auto blocks = set_paragraph(press.engine, date, letters, room);
    const auto lines = lines_of(blocks, frees_by ? by_free : frees_year ? year_free : date);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      INFO(lines[i]);
      const bool first = i == 0 && lines[i].substr(0, 2) == "by";
      const bool year = frees_year && lines[i].substr(0, 4) == "1405";
      const bool day = frees_by && lines[i].substr(0, 2) == "31";
      CHECK((first || year || day || lines[i].front() == '('));
    }
    for (const Block& block : blocks) CHECK(block.layout->width() <= static_cast<float>(room));
  }
  CHECK(year_alone > 0);
  CHECK(year_alone < 6);
}

TEST_CASE("a last line is no lone short word") {
  Press press;
  const std::string text = "Your request is kept safely in this machine and is sent to the municipality so";
  const text::Style letters = style(30);
  int would_be_alone = 0;
  for (int room = 260; room < 700; room += 7) {
    const auto& plain = press.engine.lay_out(text, letters, static_cast<float>(room));
    if (plain.lines().back().width < static_cast<float>(room) * 0.1F) ++would_be_alone;
    const auto blocks = set_paragraph(press.engine, text, letters, room);
    REQUIRE(blocks.size() == 1);
    CHECK(blocks.front().width <= room);
    CHECK(blocks.front().layout->lines().back().width > static_cast<float>(room) * 0.15F);
  }
  CHECK(would_be_alone > 0);
}

TEST_CASE("a dot between two parts is gone where they stand on two lines") {
  Press press;
  const text::Style letters = style(30, Language::Persian);
  const std::string text = "پیشخوان شهر · منطقهٔ ۶";
  CHECK(set_paragraph(press.engine, text, letters, 500).size() == 1);
  const auto blocks = set_paragraph(press.engine, text, letters, 200);
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].layout->width() == press.engine.lay_out("پیشخوان شهر", letters).width());
  CHECK(blocks[1].layout->width() == press.engine.lay_out("منطقهٔ ۶", letters).width());
  CHECK(rows_of(blocks) == rows_of(*blocks[0].layout) + rows_of(*blocks[1].layout));
  CHECK(set_paragraph(press.engine, "یک\nدو", letters, 500).size() == 2);
  CHECK(set_paragraph(press.engine, "", letters, 500).size() == 1);
}
