#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// The machine cannot serve anybody; calm, with a small code for staff.
void draw_out_of_service(Page& page, const view::OutOfService& view);

}  // namespace pishkhan::screens
