#include "base/services/stages.h"

namespace pishkhan::services {

formats::ClosedDays closed_days(const City& city) {
  formats::ClosedDays closed;
  for (const int day : city.weekend) closed.weekend.push_back(static_cast<formats::Weekday>(day));
  for (const Holiday& holiday : city.holidays) closed.holidays.push_back(holiday.day);
  return closed;
}

std::vector<std::optional<SolarDay>> due_days(const Service& service, const City& city, WallTime filed) {
  const formats::ClosedDays closed = closed_days(city);
  const SolarDay filing_day = formats::local_time(filed).day;
  std::vector<std::optional<SolarDay>> due;
  for (const Stage& stage : service.stages) {
    due.emplace_back();
    if (!stage.limit_working_days || !formats::exists(filing_day)) continue;
    const SolarDay day = formats::add_working_days(filing_day, *stage.limit_working_days, closed);
    if (day <= city.calendar_until) due.back() = day;
  }
  return due;
}

}  // namespace pishkhan::services
