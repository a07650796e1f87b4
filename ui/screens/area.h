#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// The open services of one area; or where it is served today.
void draw_area(Page& page, const view::Area& view);

}  // namespace pishkhan::screens
