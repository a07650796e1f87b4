#pragma once

#include "ui/text/atlas.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"
#include "ui/text/layout.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string_view>
#include <vector>

namespace pishkhan::text {

/// Tests run in the source folder, where the fonts lie.
inline Fonts test_fonts() {
  auto fonts = Fonts::open(default_font_paths("assets"));
  REQUIRE(fonts);
  return std::move(*fonts);
}

inline Style persian(float size_px = 32) {
  Style style;
  style.size_px = size_px;
  style.base = Direction::RightToLeft;
  return style;
}

/// The glyph that stands for the letter at a byte offset; the first of them if there are several.
inline const Glyph& glyph_at(const Layout& layout, std::size_t byte_offset) {
  for (const Glyph& glyph : layout.glyphs()) {
    if (glyph.byte_offset == byte_offset) return glyph;
  }
  FAIL("no glyph at byte " << byte_offset);
  return layout.glyphs().front();
}

/// The pens of the letters of `part` (found in `whole`), in logical order.
inline std::vector<float> pens_of(const Layout& layout, std::string_view whole, std::string_view part) {
  const std::size_t begin = whole.find(part);
  REQUIRE(begin != std::string_view::npos);
  std::vector<float> pens;
  for (std::size_t at = begin; at < begin + part.size(); ++at) {
    if ((static_cast<unsigned char>(whole[at]) & 0xC0U) != 0x80U) pens.push_back(glyph_at(layout, at).x);
  }
  return pens;
}

inline bool runs_left_to_right(const std::vector<float>& pens) {
  for (std::size_t i = 1; i < pens.size(); ++i) {
    if (pens[i] <= pens[i - 1]) return false;
  }
  return !pens.empty();
}

}  // namespace pishkhan::text
