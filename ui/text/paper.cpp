#include "ui/text/paper.h"

#include "ui/text/font_set.h"

#include <cmath>

namespace pishkhan::text {
namespace {

/// A dot is black from two fifths of cover on. A thermal head has no grey, and at half cover the thin
/// strokes of small Persian letters break.
constexpr std::uint8_t kBlackFrom = 104;

void stamp(Bitmap& target, const GlyphPicture& picture, int x, int y) {
  for (int row = 0; row < picture.height; ++row) {
    for (int column = 0; column < picture.width; ++column) {
      const auto at = static_cast<std::size_t>(row) * static_cast<std::size_t>(picture.width);
      if (picture.alpha[at + static_cast<std::size_t>(column)] < kBlackFrom) continue;
      target.set(x + picture.left + column, y + picture.top + row);
    }
  }
}

}  // namespace

void draw_into(Bitmap& target, const Fonts& fonts, const Layout& layout, int x_dots, int y_dots) {
  GlyphPicture picture;
  for (const Line& line : layout.lines()) {
    for (const Run& run : layout.runs_of(line)) {
      for (const Glyph& glyph : layout.glyphs_of(run)) {
        const float whole = std::floor(glyph.x);
        const auto fraction = static_cast<int>(std::floor((glyph.x - whole) * 64));
        if (!fonts.set().draw(run.font, glyph.id, layout.size_px(), fraction, picture)) continue;
        stamp(target, picture, x_dots + static_cast<int>(whole),
              y_dots + static_cast<int>(std::lround(glyph.y)));
      }
    }
  }
}

bool draw_icon_into(Bitmap& target, const Fonts& fonts, char32_t code_point, int size_dots, int x_dots,
                    int y_dots) {
  GlyphPicture picture;
  if (!fonts.set().draw_icon(code_point, static_cast<float>(size_dots), picture)) return false;
  stamp(target, picture, x_dots, y_dots);
  return true;
}

Bitmap render_bitmap(const Fonts& fonts, const Layout& layout, int width_dots) {
  Bitmap bitmap(width_dots, static_cast<int>(std::ceil(layout.height())));
  draw_into(bitmap, fonts, layout, 0, 0);
  return bitmap;
}

}  // namespace pishkhan::text
