// data/calendar.h - the proleptic Gregorian calendar as arithmetic. Rule: zone-less; a day is the number of days since
// 1970-01-01, years may be zero or negative.
//
// days_from_civil and civil_from_days: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013.
#pragma once
#include <cstdint>

#include "base/int128.h"

namespace tidemill {

constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kMillisPerSecond = 1000;
constexpr int64_t kMillisPerDay = 86400000;

struct CivilDate {
  int32_t year = 1970;
  int32_t month = 1;  // 1 to 12
  int32_t day = 1;    // 1 to 31
  bool operator==(const CivilDate&) const = default;
};

// Division and remainder that round down: for times before 1970. Requires: b > 0.
template <class T>
constexpr T floor_div(T a, T b) {
  const T quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}
template <class T>
constexpr T floor_mod(T a, T b) {
  const T remainder = a % b;
  return remainder < 0 ? remainder + b : remainder;
}

constexpr bool is_leap_year(int32_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

constexpr int32_t days_in_month(int32_t year, int32_t month) {
  constexpr int8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

// Requires: month 1 to 12; day may be any number and counts on from the first.
constexpr int32_t days_from_civil(int32_t year, int32_t month, int32_t day) {
  const int32_t shifted = year - (month <= 2 ? 1 : 0);  // years begin in March, so that the leap day is last
  const int32_t era = floor_div(shifted, 400);
  const int32_t year_of_era = shifted - era * 400;
  const int32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

constexpr CivilDate civil_from_days(int32_t days) {
  const int64_t shifted = static_cast<int64_t>(days) + 719468;
  const auto era = static_cast<int32_t>(floor_div<int64_t>(shifted, 146097));
  const auto day_of_era = static_cast<int32_t>(shifted - static_cast<int64_t>(era) * 146097);
  const int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int32_t month_from_march = (5 * day_of_year + 2) / 153;
  const int32_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const int32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// True where such a day exists: 2020-02-30 does not.
constexpr bool is_civil_date(int32_t year, int32_t month, int32_t day) {
  return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

// Returns 1 for Monday to 7 for Sunday (ISO 8601).
constexpr int32_t iso_day_of_week(int32_t days) { return floor_mod(days + 3, 7) + 1; }
// Returns 1 for Sunday to 7 for Saturday (SQL's DAYOFWEEK).
constexpr int32_t sql_day_of_week(int32_t days) { return floor_mod(days + 4, 7) + 1; }
// Returns 1 for January 1st.
constexpr int32_t day_of_year(int32_t days) { return days - days_from_civil(civil_from_days(days).year, 1, 1) + 1; }

// Returns the year that the day's ISO week belongs to: that of its Thursday.
constexpr int32_t iso_week_year(int32_t days) { return civil_from_days(days + 4 - iso_day_of_week(days)).year; }
// Returns the ISO 8601 week, 1 to 53.
constexpr int32_t iso_week(int32_t days) {
  const int32_t thursday = days + 4 - iso_day_of_week(days);
  return (thursday - days_from_civil(civil_from_days(thursday).year, 1, 1)) / 7 + 1;
}

// Returns the same day of a month that is `months` later, or that month's last day where it has none (java.time).
constexpr int32_t add_months(int32_t days, int64_t months) {
  const CivilDate date = civil_from_days(days);
  const int64_t month = static_cast<int64_t>(date.year) * 12 + date.month - 1 + months;
  const auto year = static_cast<int32_t>(floor_div<int64_t>(month, 12));
  const auto month_of_year = static_cast<int32_t>(floor_mod<int64_t>(month, 12)) + 1;
  const int32_t last = days_in_month(year, month_of_year);
  return days_from_civil(year, month_of_year, date.day < last ? date.day : last);
}

// How many units the physical value of a TIMESTAMP of this precision has in a second: 10^3, 10^6 or 10^9.
constexpr int64_t timestamp_units_per_second(int32_t precision) {
  return precision <= 3 ? 1000 : precision <= 6 ? 1000000 : 1000000000;
}

constexpr int64_t power_of_ten(int32_t exponent) {
  int64_t result = 1;
  for (int32_t i = 0; i < exponent; ++i) result *= 10;
  return result;
}

// A moment split at the second; physical timestamps of every precision pass through it.
struct SecondsAndNanos {
  int64_t seconds = 0;  // since the epoch, rounded down
  int32_t nanos = 0;    // 0 to 999,999,999
  bool operator==(const SecondsAndNanos&) const = default;
};

// T: int64_t or int128, as the precision asks.
template <class T>
constexpr SecondsAndNanos split_timestamp(T value, int32_t precision) {
  const int64_t units = timestamp_units_per_second(precision);
  const T seconds = floor_div<T>(value, units);
  const auto fraction = static_cast<int64_t>(value - seconds * units);
  return {static_cast<int64_t>(seconds), static_cast<int32_t>(fraction * (1000000000 / units))};
}

// Returns the physical value, cut (towards the past) to `precision` digits.
constexpr int128 join_timestamp(const SecondsAndNanos& moment, int32_t precision) {
  const int64_t step = power_of_ten(9 - precision);
  const int64_t cut = moment.nanos / step * step;
  const int64_t units = timestamp_units_per_second(precision);
  return static_cast<int128>(moment.seconds) * units + cut / (1000000000 / units);
}

// Returns a physical timestamp under another precision: cut where digits are lost.
constexpr int128 rescale_timestamp(int128 value, int32_t from_precision, int32_t to_precision) {
  return join_timestamp(split_timestamp(value, from_precision), to_precision);
}

}  // namespace tidemill
