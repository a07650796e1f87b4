#pragma once

#include "base/core/clock.h"
#include "base/formats/calendar.h"
#include "base/services/catalogue.h"

#include <optional>
#include <vector>

namespace pishkhan::services {

/// The days on which the city's offices are closed.
[[nodiscard]] formats::ClosedDays closed_days(const City& city);

/// For each stage of the service, in order, the last day of its limit, counted in the city's working days from
/// the day of filing (which itself does not count). Nothing where no limit is announced, or where the limit
/// ends after the last day that the city's holidays are known for: no source, no promise.
[[nodiscard]] std::vector<std::optional<SolarDay>> due_days(const Service& service, const City& city,
                                                            WallTime filed);

}  // namespace pishkhan::services
