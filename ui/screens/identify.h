#pragma once

#include "ui/screens/page.h"

namespace pishkhan::screens {

/// Who is asking: a card in the reader, or a national ID typed.
void draw_identify(Page& page, const view::Identify& view);

}  // namespace pishkhan::screens
