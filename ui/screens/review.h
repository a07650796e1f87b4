#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Everything that will be filed, as it was given, each step with a way to change it.
void draw_review(Page& page, const view::Review& view);

}  // namespace pishkhan::screens
