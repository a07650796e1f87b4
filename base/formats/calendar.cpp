#include "base/formats/calendar.h"

#include "base/core/ensure.h"
#include "base/formats/digits.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace pishkhan::formats {
namespace {

/// The leap years of a 33-year cycle, counted from 1 (domain.md B12).
constexpr std::array<int, 8> kLeapPositions{1, 5, 9, 13, 17, 22, 26, 30};
constexpr int kCycleYears = 33;
constexpr int kCycleDays = kCycleYears * 365 + static_cast<int>(kLeapPositions.size());

/// 1 Farvardin 1403 was 20 March 2024 (domain.md B12).
constexpr std::chrono::sys_days kAnchor{std::chrono::year{2024} / std::chrono::March / 20};
constexpr int kAnchorYear = 1403;

struct Split {
  int quotient = 0;
  int remainder = 0;  ///< never negative
};
Split divide_down(int value, int divisor) {
  Split split{value / divisor, value % divisor};
  if (split.remainder < 0) {
    --split.quotient;
    split.remainder += divisor;
  }
  return split;
}

/// Days from 1 Farvardin 1 to 1 Farvardin of the year.
int days_before_year(int year) {
  const Split split = divide_down(year - 1, kCycleYears);
  const auto leaps = std::count_if(kLeapPositions.begin(), kLeapPositions.end(),
                                   [&](int position) { return position <= split.remainder; });
  return split.quotient * kCycleDays + split.remainder * 365 + static_cast<int>(leaps);
}

int days_before_month(int month) {
  return month <= 7 ? 31 * (month - 1) : 6 * 31 + 30 * (month - 7);
}

constexpr std::array<std::string_view, 12> kMonthsPersian{
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"};
constexpr std::array<std::string_view, 12> kMonthsEnglish{"Farvardin", "Ordibehesht", "Khordad", "Tir",
                                                          "Mordad",    "Shahrivar",   "Mehr",    "Aban",
                                                          "Azar",      "Dey",         "Bahman",  "Esfand"};
constexpr std::array<std::string_view, 7> kWeekdaysPersian{"شنبه",     "یکشنبه",  "دوشنبه", "سه‌شنبه",
                                                           "چهارشنبه", "پنجشنبه", "جمعه"};
constexpr std::array<std::string_view, 7> kWeekdaysEnglish{"Saturday",  "Sunday",   "Monday", "Tuesday",
                                                           "Wednesday", "Thursday", "Friday"};
constexpr std::array<std::string_view, 12> kGregorianMonths{"January",   "February", "March",    "April",
                                                            "May",       "June",     "July",     "August",
                                                            "September", "October",  "November", "December"};

/// "2 Azar 1405", in the digits of the language.
std::string plain_date(SolarDay day, Language language) {
  std::string text = std::to_string(day.day) + " ";
  text += month_name(day.month, language);
  return localised_digits(text + " " + std::to_string(day.year), language);
}

enum class MonthForm { Full, Short };

/// " (23 November 2026)", for readers of the English side.
std::string gregorian_in_brackets(SolarDay day, MonthForm form) {
  const std::chrono::year_month_day date{to_sys_days(day)};
  const std::string_view month = kGregorianMonths[static_cast<unsigned>(date.month()) - 1];
  std::string text = " (" + std::to_string(static_cast<unsigned>(date.day())) + " ";
  text += form == MonthForm::Full ? month : month.substr(0, 3);
  return text + " " + std::to_string(static_cast<int>(date.year())) + ")";
}

}  // namespace

bool is_leap_year(int solar_year) {
  const int position = divide_down(solar_year, kCycleYears).remainder;
  return std::find(kLeapPositions.begin(), kLeapPositions.end(), position) != kLeapPositions.end();
}

int days_in_month(int solar_year, int month) {
  ENSURE(month >= 1 && month <= 12, "a month is 1 to 12");
  if (month <= 6) return 31;
  if (month <= 11) return 30;
  return is_leap_year(solar_year) ? 30 : 29;
}

bool exists(SolarDay day) {
  return day.year >= 1 && day.year <= 9999 && day.month >= 1 && day.month <= 12 && day.day >= 1 &&
         day.day <= days_in_month(day.year, day.month);
}

std::chrono::sys_days to_sys_days(SolarDay day) {
  ENSURE(exists(day), "only a day that exists has a place in time");
  const int days =
      days_before_year(day.year) - days_before_year(kAnchorYear) + days_before_month(day.month) + day.day - 1;
  return kAnchor + std::chrono::days{days};
}

SolarDay to_solar_day(std::chrono::sys_days day) {
  const int days = static_cast<int>((day - kAnchor).count()) + days_before_year(kAnchorYear);
  const Split cycle = divide_down(days, kCycleDays);
  int year = cycle.quotient * kCycleYears + 1;
  while (days_before_year(year + 1) <= days) ++year;
  const int day_of_year = days - days_before_year(year);
  int month = 12;
  while (days_before_month(month) > day_of_year) --month;
  return {year, month, day_of_year - days_before_month(month) + 1};
}

Weekday weekday(SolarDay day) {
  const unsigned from_sunday = std::chrono::weekday{to_sys_days(day)}.c_encoding();
  return static_cast<Weekday>((from_sunday + 1) % 7);
}

LocalTime local_time(WallTime moment) {
  constexpr std::chrono::minutes offset{3 * 60 + 30};
  const WallTime local = moment + offset;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(local - day).count();
  return {to_solar_day(day), static_cast<int>(minutes / 60), static_cast<int>(minutes % 60)};
}

std::string_view month_name(int month, Language language) {
  ENSURE(month >= 1 && month <= 12, "a month is 1 to 12");
  const auto index = static_cast<std::size_t>(month - 1);
  return language == Language::Persian ? kMonthsPersian[index] : kMonthsEnglish[index];
}

std::string_view weekday_name(Weekday weekday, Language language) {
  const auto index = static_cast<std::size_t>(weekday);
  return language == Language::Persian ? kWeekdaysPersian[index] : kWeekdaysEnglish[index];
}

std::string long_date(SolarDay day, Language language) {
  std::string text(weekday_name(weekday(day), language));
  text += " " + plain_date(day, language);
  if (language == Language::English) text += gregorian_in_brackets(day, MonthForm::Full);
  return text;
}

std::string short_date(SolarDay day, Language language) {
  std::string text = plain_date(day, language);
  if (language == Language::English) text += gregorian_in_brackets(day, MonthForm::Short);
  return text;
}

std::string time_text(WallTime moment, Language language) {
  const LocalTime time = local_time(moment);
  const auto two_digits = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return localised_digits(two_digits(time.hour) + ":" + two_digits(time.minute), language);
}

std::optional<SolarDay> parse_solar_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&text](std::size_t start, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(start, length)) {
      if (c < '0' || c > '9') return -1;
      value = 10 * value + (c - '0');
    }
    return value;
  };
  const SolarDay day{number(0, 4), number(5, 2), number(8, 2)};
  if (!exists(day)) return std::nullopt;
  return day;
}

bool ClosedDays::closed(SolarDay day) const {
  return std::find(weekend.begin(), weekend.end(), weekday(day)) != weekend.end() ||
         std::find(holidays.begin(), holidays.end(), day) != holidays.end();
}

SolarDay add_working_days(SolarDay from, int count, const ClosedDays& closed_days) {
  ENSURE(count >= 0, "working days are counted forwards");
  // A working day recurs every week, and holidays are finitely many: the walk below ends.
  int open_weekdays = 0;
  for (int i = 0; i < 7; ++i) {
    const auto& weekend = closed_days.weekend;
    if (std::find(weekend.begin(), weekend.end(), static_cast<Weekday>(i)) == weekend.end()) ++open_weekdays;
  }
  ENSURE(open_weekdays > 0, "a week has a working day");
  const auto next = [](SolarDay day) { return to_solar_day(to_sys_days(day) + std::chrono::days{1}); };
  SolarDay day = from;
  if (count == 0) {
    while (closed_days.closed(day)) day = next(day);
  }
  for (int left = count; left > 0;) {
    day = next(day);
    if (!closed_days.closed(day)) --left;
  }
  return day;
}

}  // namespace pishkhan::formats
