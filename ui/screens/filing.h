#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// The request is being written to the disk. Usually too short to be seen.
void draw_filing(Page& page, const view::Filing& view);

}  // namespace pishkhan::screens
