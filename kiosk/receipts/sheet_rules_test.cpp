#include "kiosk/receipts/sheet_rules_test.h"

#include "kiosk/receipts/code128.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace pishkhan::receipts {

namespace {

using What = Placed::What;

bool overlap(const Placed& a, const Placed& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

int black_dots(const Bitmap& dots, int left, int top, int right, int bottom) {
  int count = 0;
  for (int y = std::max(0, top); y < std::min(bottom, dots.height()); ++y)
    for (int x = std::max(0, left); x < std::min(right, dots.width()); ++x) count += dots.black(x, y) ? 1 : 0;
  return count;
}

void check_places(const Sheet& sheet) {
  int outside = 0;
  int overlapping = 0;
  for (std::size_t i = 0; i < sheet.placed.size(); ++i) {
    const Placed& one = sheet.placed[i];
    if (one.x < 0 || one.y < 0 || one.x + one.width > sheet.dots.width() ||
        one.y + one.height > sheet.dots.height())
      ++outside;
    for (std::size_t k = 0; k < i; ++k) overlapping += overlap(one, sheet.placed[k]) ? 1 : 0;
  }
  CHECK(outside == 0);
  CHECK(overlapping == 0);
}

/// Letters may reach a little out of their line, as ج and y do.
void check_ink(const Sheet& sheet) {
  Bitmap told(sheet.dots.width(), sheet.dots.height());
  for (const Placed& one : sheet.placed) {
    const bool letters = one.what == What::Text || one.what == What::Code;
    const int more = letters ? static_cast<int>(one.size_dots * 0.2F) : 0;
    for (int y = one.y - more; y < one.y + one.height + more; ++y)
      for (int x = one.x - more; x < one.x + one.width + more; ++x) told.set(x, y);
  }
  int untold = 0;
  for (int y = 0; y < told.height(); ++y)
    for (int x = 0; x < told.width(); ++x) untold += sheet.dots.black(x, y) && !told.black(x, y) ? 1 : 0;
  CHECK(untold == 0);
}

void check_letters(const Sheet& sheet, const Paper& paper) {
  const float point = static_cast<float>(paper.dots_per_inch) / 72;
  const bool narrow =
      static_cast<float>(paper.width_dots) / static_cast<float>(paper.dots_per_inch) * 25.4F < 60;
  const float least = point * (paper.letters == LetterSize::Normal ? 10.0F : narrow ? 14.0F : 16.0F);
  float smallest = 1000;
  float largest_text = 0;
  float code = 1000;
  for (const Placed& one : sheet.placed) {
    if (one.what == What::Text || one.what == What::Code) smallest = std::min(smallest, one.size_dots);
    if (one.what == What::Text) largest_text = std::max(largest_text, one.size_dots);
    if (one.what == What::Code) code = std::min(code, one.size_dots);
  }
  CHECK(smallest >= least - 0.01F);
  CHECK(code >= largest_text * 1.25F);
}

/// White around the bars at both ends, and around the QR code on all sides.
void check_quiet_zones(const Sheet& sheet) {
  for (const Placed& one : sheet.placed) {
    const int module = static_cast<int>(one.size_dots);
    const int right = one.x + one.width;
    const int bottom = one.y + one.height;
    const int whole = black_dots(sheet.dots, one.x, one.y, right, bottom);
    if (one.what == What::Bars) {
      const int quiet = code128_quiet_modules * module;
      CHECK(quiet > 0);
      CHECK(whole > 0);
      CHECK(black_dots(sheet.dots, one.x + quiet, one.y, right - quiet, bottom) == whole);
    } else if (one.what == What::Qr) {
      const int quiet = 4 * module;  // ISO/IEC 18004:2015, 6.3.8
      CHECK(quiet > 0);
      CHECK(whole > 0);
      CHECK(black_dots(sheet.dots, one.x + quiet, one.y + quiet, right - quiet, bottom - quiet) == whole);
    }
  }
}

}  // namespace

void check_rules(const Sheet& sheet, const Paper& paper) {
  CHECK(sheet.dots.width() == paper.width_dots);
  check_places(sheet);
  check_ink(sheet);
  check_letters(sheet, paper);
  check_quiet_zones(sheet);
  // The head burns to its last dot, and a cut letter is a wrong letter.
  const int edge = 4;
  CHECK(black_dots(sheet.dots, 0, 0, edge, sheet.dots.height()) == 0);
  CHECK(black_dots(sheet.dots, paper.width_dots - edge, 0, paper.width_dots, sheet.dots.height()) == 0);
}

int count(const Sheet& sheet, Placed::What what) {
  return static_cast<int>(std::count_if(sheet.placed.begin(), sheet.placed.end(),
                                        [what](const Placed& one) { return one.what == what; }));
}

std::vector<std::uint8_t> bars_on(const Sheet& sheet) {
  std::vector<std::uint8_t> widths;
  for (const Placed& one : sheet.placed) {
    if (one.what != What::Bars) continue;
    const int module = static_cast<int>(one.size_dots);
    const int row = one.y + one.height / 2;
    int x = one.x;
    while (x < one.x + one.width && !sheet.dots.black(x, row)) ++x;
    while (x < one.x + one.width) {
      const bool black = sheet.dots.black(x, row);
      int run = 0;
      for (; x < one.x + one.width && sheet.dots.black(x, row) == black; ++x) ++run;
      if (black || x < one.x + one.width) {
        REQUIRE(run % module == 0);
        widths.push_back(static_cast<std::uint8_t>(run / module));
      }
    }
  }
  return widths;
}

}  // namespace pishkhan::receipts
