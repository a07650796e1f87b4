#pragma once

#include "base/core/bitmap.h"
#include "ui/text/fonts.h"
#include "ui/text/layout.h"

namespace pishkhan::text {

/// Text and icons for the receipt: black dots on white, one bit each. Sizes are dots (10 pt at 203 dpi is
/// 28). What lies outside the bitmap is left out. Thread: the one that uses the fonts.
void draw_into(Bitmap& target, const Fonts& fonts, const Layout& layout, int x_dots, int y_dots);
/// The icon's box of size_dots has its top left corner at (x, y). False for an unknown icon.
bool draw_icon_into(Bitmap& target, const Fonts& fonts, char32_t code_point, int size_dots, int x_dots,
                    int y_dots);
/// The layout alone on a bitmap of its own height.
[[nodiscard]] Bitmap render_bitmap(const Fonts& fonts, const Layout& layout, int width_dots);

}  // namespace pishkhan::text
