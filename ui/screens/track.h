#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Asks for the code of a request.
void draw_track(Page& page, const view::Track& view);

}  // namespace pishkhan::screens
