#pragma once

#include "base/core/clock.h"
#include "base/core/language.h"

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::formats {

/// A calendar day of the Solar Hijri calendar; month and day from 1.
struct SolarDay {
  int year = 0;
  int month = 0;
  int day = 0;
  friend auto operator<=>(const SolarDay&, const SolarDay&) = default;
};

/// The Iranian week starts on Saturday.
enum class Weekday { Saturday, Sunday, Monday, Tuesday, Wednesday, Thursday, Friday };

// The 33-year rule (domain.md B12): a year is leap if year mod 33 is 1, 5, 9, 13, 17, 22, 26 or 30. In the
// years 1210 to 1633 it agrees with the astronomical calendar of Iran; outside it goes on by the same
// arithmetic. Own code, so that the pure parts of the kiosk need no ICU; a test compares every day with ICU.
// Thread: pure functions.

[[nodiscard]] bool is_leap_year(int solar_year);
/// 31, 30 or 29. `month` is 1 to 12.
[[nodiscard]] int days_in_month(int solar_year, int month);
/// Is there such a day, in a year from 1 to 9999?
[[nodiscard]] bool exists(SolarDay day);

/// `day` must exist.
[[nodiscard]] std::chrono::sys_days to_sys_days(SolarDay day);
[[nodiscard]] SolarDay to_solar_day(std::chrono::sys_days day);
[[nodiscard]] Weekday weekday(SolarDay day);

/// The moment on Iran's clocks. Iran keeps UTC+03:30 the whole year: summer time ended for good on 30 Shahrivar
/// 1401 (21 September 2022; IANA time zone database, release 2022b, file `asia`). Earlier moments, which
/// no kiosk of ours has seen, are shown with the same offset.
struct LocalTime {
  SolarDay day;
  int hour = 0;
  int minute = 0;
};
[[nodiscard]] LocalTime local_time(WallTime moment);

/// «آذر», "Azar". `month` is 1 to 12.
[[nodiscard]] std::string_view month_name(int month, Language language);
/// «دوشنبه», "Monday".
[[nodiscard]] std::string_view weekday_name(Weekday weekday, Language language);

/// «دوشنبه ۲ آذر ۱۴۰۵», "Monday 2 Azar 1405 (23 November 2026)".
[[nodiscard]] std::string long_date(SolarDay day, Language language);
/// «۲ آذر ۱۴۰۵», "2 Azar 1405 (23 Nov 2026)".
[[nodiscard]] std::string short_date(SolarDay day, Language language);
/// «۱۰:۲۴», "10:24", on Iran's clocks.
[[nodiscard]] std::string time_text(WallTime moment, Language language);

/// "1405-09-02" with Latin digits, as the packs write days; nothing if it is none or does not exist.
[[nodiscard]] std::optional<SolarDay> parse_solar_day(std::string_view text);

/// The days on which a city's offices are closed: dated data of that city.
struct ClosedDays {
  std::vector<Weekday> weekend;    ///< not all seven
  std::vector<SolarDay> holidays;  ///< in any order
  [[nodiscard]] bool closed(SolarDay day) const;
};

/// The `count`-th working day after `from` (which itself does not count). With 0: `from`, or the next working
/// day if the offices are closed then.
[[nodiscard]] SolarDay add_working_days(SolarDay from, int count, const ClosedDays& closed_days);

}  // namespace pishkhan::formats
