#include "base/formats/calendar.h"

#include "base/core/random.h"

#include <doctest/doctest.h>
#include <unicode/calendar.h>
#include <unicode/timezone.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace pishkhan;
using namespace pishkhan::formats;
using std::chrono::sys_days;

namespace {

sys_days gregorian(int year, unsigned month, unsigned day) {
  return sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
}

WallTime utc(int year, unsigned month, unsigned day, int hour, int minute) {
  return WallTime{gregorian(year, month, day)} + std::chrono::hours{hour} + std::chrono::minutes{minute};
}

SolarDay next_day(SolarDay day) {
  return to_solar_day(to_sys_days(day) + std::chrono::days{1});
}

/// March equinox as a Julian ephemeris day, for 2000 to 2100: J. Meeus, Astronomical Algorithms, 2nd ed.,
/// chapter 27 (mean equinox, table 27.B, and the 24 periodic terms of table 27.C).
double march_equinox(int gregorian_year) {
  static constexpr double terms[][3] = {
      {485, 324.96, 1934.136}, {203, 337.23, 32964.467}, {199, 342.08, 20.186},   {182, 27.85, 445267.112},
      {156, 73.14, 45036.886}, {136, 171.52, 22518.443}, {77, 222.54, 65928.934}, {74, 296.72, 3034.906},
      {70, 243.58, 9037.513},  {58, 119.81, 33718.147},  {52, 297.17, 150.678},   {50, 21.02, 2281.226},
      {45, 247.54, 29929.562}, {44, 325.15, 31555.956},  {29, 60.93, 4443.417},   {18, 155.12, 67555.328},
      {17, 288.79, 4562.452},  {16, 198.04, 62894.029},  {14, 199.76, 31436.921}, {12, 95.39, 14577.848},
      {12, 287.11, 31931.756}, {12, 320.81, 34777.259},  {9, 227.73, 1222.114},   {8, 15.45, 16859.074}};
  const double radians = std::acos(-1.0) / 180;
  const double y = (gregorian_year - 2000) / 1000.0;
  const double mean =
      2451623.80984 + 365242.37404 * y + 0.05169 * y * y - 0.00411 * y * y * y - 0.00057 * y * y * y * y;
  const double t = (mean - 2451545.0) / 36525;
  const double w = (35999.373 * t - 2.47) * radians;
  const double lambda = 1 + 0.0334 * std::cos(w) + 0.0007 * std::cos(2 * w);
  double sum = 0;
  for (const auto& term : terms) sum += term[0] * std::cos((term[1] + term[2] * t) * radians);
  return mean + 0.00001 * sum / lambda;
}

}  // namespace

TEST_CASE("B12: the published pairs of days") {
  CHECK(to_solar_day(gregorian(2024, 3, 20)) == SolarDay{1403, 1, 1});
  CHECK(to_solar_day(gregorian(2025, 3, 20)) == SolarDay{1403, 12, 30});
  CHECK(to_solar_day(gregorian(2016, 4, 11)) == SolarDay{1395, 1, 23});
  CHECK(to_solar_day(gregorian(2000, 1, 1)) == SolarDay{1378, 10, 11});
  CHECK(to_solar_day(gregorian(2026, 11, 23)) == SolarDay{1405, 9, 2});
}

TEST_CASE("B12: leap years") {
  for (const int year : {1395, 1399, 1403, 1408, 1412}) CHECK(is_leap_year(year));
  for (const int year : {1394, 1396, 1404, 1405, 1406, 1407, 1409}) CHECK_FALSE(is_leap_year(year));
  for (int year = 1; year <= 9999; ++year) {
    const sys_days first = to_sys_days({year, 1, 1});
    if (year < 9999) {
      REQUIRE((to_sys_days({year + 1, 1, 1}) - first).count() == (is_leap_year(year) ? 366 : 365));
    }
    REQUIRE(to_solar_day(first) == SolarDay{year, 1, 1});
    REQUIRE(exists({year, 12, 30}) == is_leap_year(year));
  }
}

TEST_CASE("every day from 1210 to 1633 is the day that ICU's Persian calendar says") {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Calendar> calendar(icu::Calendar::createInstance(
      icu::TimeZone::getGMT()->clone(), icu::Locale("fa_IR@calendar=persian"), status));
  REQUIRE(U_SUCCESS(status));
  SolarDay expected{1210, 1, 1};
  int days = 0;
  for (sys_days day = to_sys_days(expected); expected.year <= 1633; day += std::chrono::days{1}) {
    calendar->setTime(static_cast<double>(day.time_since_epoch().count()) * 86400000.0, status);
    const SolarDay icu_day{calendar->get(UCAL_YEAR, status), calendar->get(UCAL_MONTH, status) + 1,
                           calendar->get(UCAL_DATE, status)};
    REQUIRE(to_solar_day(day) == icu_day);
    REQUIRE(to_sys_days(icu_day) == day);
    // ICU counts Sunday as 1, Saturday as 7.
    REQUIRE(static_cast<int>(weekday(icu_day)) == calendar->get(UCAL_DAY_OF_WEEK, status) % 7);
    expected = next_day(icu_day);
    ++days;
  }
  REQUIRE(U_SUCCESS(status));
  CHECK(days == (to_sys_days({1634, 1, 1}) - to_sys_days({1210, 1, 1})).count());
}

// The law's own definition, independent of any table of leap years: the year begins on the day whose noon in
// Iran (UTC+03:30) is the first after the March equinox.
TEST_CASE("Nowruz of 1380 to 1478 falls where the sun says") {
  for (int year = 1380; year <= 1478; ++year) {
    const double equinox_jd =
        march_equinox(year + 621) - 69.0 / 86400;          // about 69 s from dynamical to civil time
    const double iran_noon_based = equinox_jd + 3.5 / 24;  // Julian days begin at noon
    const double days_after_2000_noon =
        std::ceil(iran_noon_based) - 2451545.0;  // JD 2451545.0 = 2000-01-01 12:00
    const sys_days nowruz = gregorian(2000, 1, 1) + std::chrono::days{static_cast<int>(days_after_2000_noon)};
    CAPTURE(year);
    CHECK(to_solar_day(nowruz) == SolarDay{year, 1, 1});
  }
}

TEST_CASE("days that do not exist are refused") {
  CHECK(exists({1405, 6, 31}));
  CHECK_FALSE(exists({1405, 7, 31}));
  CHECK_FALSE(exists({1405, 12, 30}));
  CHECK(exists({1408, 12, 30}));
  CHECK_FALSE(exists({1405, 0, 1}));
  CHECK_FALSE(exists({1405, 13, 1}));
  CHECK_FALSE(exists({1405, 1, 0}));
  CHECK_FALSE(exists({0, 1, 1}));
  CHECK(parse_solar_day("1405-09-02") == SolarDay{1405, 9, 2});
  for (const char* wrong :
       {"", "1405-9-2", "1405/09/02", "1405-13-01", "1405-12-30", "1405-09-0x", "1405-09-021", "-405-09-02"}) {
    CHECK_FALSE(parse_solar_day(wrong).has_value());
  }
}

TEST_CASE("dates and times are written as each language writes them") {
  const SolarDay day{1405, 9, 2};
  CHECK(weekday(day) == Weekday::Monday);
  CHECK(long_date(day, Language::Persian) == "دوشنبه ۲ آذر ۱۴۰۵");
  CHECK(long_date(day, Language::English) == "Monday 2 Azar 1405 (23 November 2026)");
  CHECK(short_date(day, Language::Persian) == "۲ آذر ۱۴۰۵");
  CHECK(short_date(day, Language::English) == "2 Azar 1405 (23 Nov 2026)");
  CHECK(time_text(utc(2026, 11, 23, 6, 54), Language::Persian) == "۱۰:۲۴");
  CHECK(time_text(utc(2026, 11, 23, 6, 54), Language::English) == "10:24");
  CHECK(time_text(utc(2026, 11, 23, 21, 35), Language::English) == "01:05");
}

TEST_CASE("Iran's clocks are three and a half hours ahead, in summer too") {
  const LocalTime before_midnight = local_time(utc(2026, 11, 23, 20, 29));
  CHECK(before_midnight.day == SolarDay{1405, 9, 2});
  CHECK(before_midnight.hour == 23);
  CHECK(before_midnight.minute == 59);
  CHECK(local_time(utc(2026, 11, 23, 20, 30)).day == SolarDay{1405, 9, 3});
  const LocalTime summer = local_time(utc(2026, 7, 1, 6, 0));
  CHECK(summer.hour == 9);
  CHECK(summer.minute == 30);
  CHECK(local_time(WallTime{std::chrono::milliseconds{-1}}).minute == 29);  // before 1970, still a time of day
}

TEST_CASE("working days skip the weekend and the holidays of the city") {
  const ClosedDays closed{{Weekday::Thursday, Weekday::Friday}, {{1405, 9, 8}}};
  const SolarDay monday{1405, 9, 2};
  CHECK(add_working_days(monday, 0, closed) == monday);
  CHECK(add_working_days(monday, 1, closed) == SolarDay{1405, 9, 3});
  CHECK(add_working_days(monday, 3, closed) == SolarDay{1405, 9, 7});  // over Thursday and Friday
  CHECK(add_working_days(monday, 4, closed) == SolarDay{1405, 9, 9});  // over the holiday on Sunday
  CHECK(add_working_days({1405, 9, 5}, 0, closed) == SolarDay{1405, 9, 7});
  CHECK(add_working_days({1405, 9, 6}, 1, closed) == SolarDay{1405, 9, 7});
  CHECK(add_working_days({1405, 12, 29}, 1, {}) == SolarDay{1406, 1, 1});
}

TEST_CASE("adding working days lands on an open day with exactly that many open days on the way") {
  const std::uint64_t seed = 0x5eed0007;
  MESSAGE("seed ", seed);
  SeededRandom random(seed);
  for (int round = 0; round < 1000; ++round) {
    ClosedDays closed;
    for (int i = 0; i < 6; ++i) {
      if (random.below(3) == 0) closed.weekend.push_back(static_cast<Weekday>(i));
    }
    const SolarDay from =
        to_solar_day(gregorian(2026, 1, 1) + std::chrono::days{static_cast<int>(random.below(700))});
    for (SolarDay day = from; closed.holidays.size() < random.below(12);) {
      day = to_solar_day(to_sys_days(day) + std::chrono::days{1 + static_cast<int>(random.below(6))});
      closed.holidays.push_back(day);
    }
    const int count = static_cast<int>(random.below(30));
    const SolarDay due = add_working_days(from, count, closed);
    REQUIRE_FALSE(closed.closed(due));
    int open_days = 0;
    for (SolarDay day = from; day < due;) {
      day = next_day(day);
      open_days += closed.closed(day) ? 0 : 1;
    }
    const int expected = count > 0 ? count : (closed.closed(from) ? 1 : 0);
    REQUIRE_MESSAGE(open_days == expected, "seed ", seed, " round ", round);
    REQUIRE(add_working_days(from, count + 1, closed) > from);
  }
}
