#pragma once

#include "ui/screens/action.h"
#include "ui/screens/view.h"

namespace pishkhan {
class Translations;
namespace toolkit {
class Ui;
}
}  // namespace pishkhan

namespace pishkhan::screens {

/// Draws one screen and its overlay, and returns what the person asked for. Decides nothing. UI thread.
[[nodiscard]] Actions draw(toolkit::Ui& ui, const Translations& translations, const Situation& situation,
                           const View& view, const Overlay& overlay);

}  // namespace pishkhan::screens
