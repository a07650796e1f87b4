#include "ui/text/quads.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace pishkhan::text {
namespace {

GlyphQuad quad_at(const AtlasRect& rect, float x, float y) {
  const auto width = static_cast<float>(rect.width);
  const auto height = static_cast<float>(rect.height);
  const float left = x + static_cast<float>(rect.left);
  const float top = y + static_cast<float>(rect.top);
  const auto u = static_cast<float>(rect.x);
  const auto v = static_cast<float>(rect.y);
  return {left, top, left + width, top + height, u, v, u + width, v + height};
}

/// Four cuts along one side of a nine-slice: on the screen and in the atlas.
struct Cuts {
  std::array<float, 4> place;
  std::array<float, 4> texel;
};

Cuts cut_side(float from, float to, int texel, int texels, int corner) {
  const float room = std::max(to - from, 0.0F);
  const float edge = std::min(static_cast<float>(corner), room / 2);
  const auto begin = static_cast<float>(texel);
  const auto end = static_cast<float>(texel + texels);
  const auto inner = static_cast<float>(corner);
  return {{from, from + edge, to - edge, to}, {begin, begin + inner, end - inner, end}};
}

}  // namespace

void emit(const Layout& layout, float origin_x, float origin_y, Atlas& atlas,
          const std::function<void(const GlyphQuad&)>& sink, float clip_top, float clip_bottom) {
  for (const Line& line : layout.lines()) {
    if (origin_y + line.bottom < clip_top || origin_y + line.top > clip_bottom) continue;
    for (const Run& run : layout.runs_of(line)) {
      for (const Glyph& glyph : layout.glyphs_of(run)) {
        const float pen = origin_x + glyph.x;
        const auto quarters = static_cast<long>(std::floor(pen * 4 + 0.5F));
        const long whole = quarters >= 0 ? quarters / 4 : -((3 - quarters) / 4);
        const auto subpixel = static_cast<int>(quarters - whole * 4);
        const auto rect = atlas.glyph(run.font, glyph.id, layout.size_px(), subpixel);
        if (!rect || rect->width == 0) continue;
        sink(quad_at(*rect, static_cast<float>(whole), std::round(origin_y + glyph.y)));
      }
    }
  }
}

void emit_icon(char32_t code_point, float size_px, float x, float y, Atlas& atlas,
               const std::function<void(const GlyphQuad&)>& sink) {
  const auto rect = atlas.icon(code_point, size_px);
  if (rect && rect->width > 0) sink(quad_at(*rect, std::round(x), std::round(y)));
}

void emit_nine_slice(const NineSlice& slice, float x0, float y0, float x1, float y1,
                     const std::function<void(const GlyphQuad&)>& sink) {
  const Cuts across = cut_side(x0, x1, slice.rect.x, slice.rect.width, slice.corner);
  const Cuts down = cut_side(y0, y1, slice.rect.y, slice.rect.height, slice.corner);
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      const GlyphQuad quad{across.place[column],     down.place[row],      across.place[column + 1],
                           down.place[row + 1],      across.texel[column], down.texel[row],
                           across.texel[column + 1], down.texel[row + 1]};
      if (quad.x1 > quad.x0 && quad.y1 > quad.y0) sink(quad);
    }
  }
}

}  // namespace pishkhan::text
