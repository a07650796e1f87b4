#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// It is filed: the tracking code, the paper, and what happens with both.
void draw_receipt(Page& page, const view::Receipt& view);

}  // namespace pishkhan::screens
