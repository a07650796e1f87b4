#pragma once

#include "base/core/bitmap.h"

namespace pishkhan::closed {

/// The picture in the middle of a panel, as large as it fits, never stretched; around it the colour of its corner.
/// An empty picture gives a dark panel. Thread: pure.
[[nodiscard]] Picture fill_panel(const Picture& picture, int width, int height);

}  // namespace pishkhan::closed
