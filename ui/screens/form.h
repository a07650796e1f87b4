#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// One question of a service's form. Generic: draws any definition.
void draw_form(Page& page, const view::Form& view);

}  // namespace pishkhan::screens
