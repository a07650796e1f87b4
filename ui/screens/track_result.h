#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Where a request stands, or that this code leads to none.
void draw_track_result(Page& page, const view::TrackResult& view);

}  // namespace pishkhan::screens
