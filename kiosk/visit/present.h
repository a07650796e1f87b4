#pragma once

#include "kiosk/visit/state.h"
#include "ui/screens/view.h"

namespace pishkhan::visit {

/// What the screen shows of a state. `view` borrows from the state: draw it before the next step.
struct Presentation {
  screens::Situation situation;
  screens::View view;
  screens::Overlay overlay;
};

/// Pure: state and time in, picture's content out.
[[nodiscard]] Presentation present(const State& state, WallTime wall, SteadyTime steady);

}  // namespace pishkhan::visit
