#pragma once

#include "ui/text/atlas.h"
#include "ui/text/layout.h"

#include <functional>

namespace pishkhan::text {

/// A rectangle of pixels on the screen, whole numbers, and the texels of the atlas that fill it. Texels are
/// not divided by the atlas's size, because that may grow.
struct GlyphQuad {
  float x0, y0, x1, y1;
  float u0, v0, u1, v1;
};

/// Calls `sink` for every visible glyph of the layout, its top left corner at (origin_x, origin_y). Lines
/// outside clip_top .. clip_bottom (screen pixels) are skipped.
void emit(const Layout& layout, float origin_x, float origin_y, Atlas& atlas,
          const std::function<void(const GlyphQuad&)>& sink, float clip_top = -kUnlimited,
          float clip_bottom = kUnlimited);

/// An icon whose box of size_px has its top left corner at (x, y). Nothing is drawn for an unknown icon.
void emit_icon(char32_t code_point, float size_px, float x, float y, Atlas& atlas,
               const std::function<void(const GlyphQuad&)>& sink);

/// The nine (or fewer) quads of a nine-slice picture stretched over the rectangle; corners shrink if the
/// rectangle is smaller than two of them.
void emit_nine_slice(const NineSlice& slice, float x0, float y0, float x1, float y1,
                     const std::function<void(const GlyphQuad&)>& sink);

}  // namespace pishkhan::text
