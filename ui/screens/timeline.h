#pragma once

#include "ui/screens/page.h"

#include <span>
#include <string>

namespace pishkhan::screens {

/// One stage of handling, as it is drawn: what, by whom, until when.
struct TimelineRow {
  std::string title;
  std::string unit;
  std::string limit;  ///< "5 working days"; strong
  std::string due;    ///< "until 8 Azar"; soft, may be empty
  bool done = false;  ///< a tick instead of its number
};

/// A card of numbered rows that takes the height it needs off the top of the column. The due day stands at
/// the end of the row; in large text below, so that nothing is squeezed.
void timeline(Page& page, toolkit::Rect& column, std::span<const TimelineRow> rows);

}  // namespace pishkhan::screens
