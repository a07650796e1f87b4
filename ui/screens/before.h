#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Before anything is typed: how long, how much, who decides, what is needed, who reads it.
void draw_before(Page& page, const view::Before& view);

}  // namespace pishkhan::screens
