#pragma once

#include "base/core/clock.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace pishkhan::workers {

/// Something that a thread does again and again, one step at a time, and when the next step is due.
template <class Step>
struct Duty {
  SteadyTime due;
  Step step;
};

/// The step that has waited longest, if any is due: so a duty that is always due again at once keeps back none of the
/// others. Of two that are due alike, the first. A pure function.
template <class Step>
[[nodiscard]] std::optional<Step> most_overdue(const std::vector<Duty<Step>>& duties, SteadyTime now) {
  const auto first = std::ranges::min_element(duties, {}, &Duty<Step>::due);
  if (first == duties.end() || first->due > now) return std::nullopt;
  return first->step;
}

}  // namespace pishkhan::workers
