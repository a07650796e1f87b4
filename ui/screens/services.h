#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// The city's eleven areas as tiles, and following up by code beside them.
void draw_services(Page& page, const view::Services& view);

}  // namespace pishkhan::screens
