#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Nothing can be filed here now, and what to do instead.
void draw_refused(Page& page, const view::Refused& view);

}  // namespace pishkhan::screens
