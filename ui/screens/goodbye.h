#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Thanks, and do not forget anything.
void draw_goodbye(Page& page, const view::Goodbye& view);

}  // namespace pishkhan::screens
