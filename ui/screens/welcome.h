#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Nobody is here yet: which city, what day, and a large touch to begin in one's own language.
void draw_welcome(Page& page, const view::Welcome& view);

}  // namespace pishkhan::screens
