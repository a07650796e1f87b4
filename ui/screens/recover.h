#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Gets back the code of a request whose receipt never came out.
void draw_recover(Page& page, const view::Recover& view);

}  // namespace pishkhan::screens
