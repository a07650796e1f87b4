#pragma once

#include "base/core/bitmap.h"

namespace pishkhan::receipts {

/// A grey picture in black dots on white paper, `width_dots` wide and as high as its shape asks for: scaled by
/// mean, then its greys as finer or coarser dots (error diffusion). For pictures only: letters are never
/// dithered, a head has no grey to smooth their edges with. Nothing (0 × 0) of an empty picture. Pure.
[[nodiscard]] Bitmap dithered(const GreyPicture& picture, int width_dots);

}  // namespace pishkhan::receipts
