#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// A question in the middle of the dimmed screen, if there is one.
void draw_overlay(Page& page, const Overlay& overlay);

}  // namespace pishkhan::screens
