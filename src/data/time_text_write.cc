// data/time_text_write.cc - the writers of data/time_text.h.
#include <algorithm>

#include "data/number_text.h"
#include "data/time_text.h"

namespace tidemill {
namespace {

// Appends a number that is not negative with at least `width` digits.
void append_padded(std::string& out, int64_t value, int32_t width) {
  char buffer[20];
  char* const end = buffer + sizeof(buffer);
  char* begin = end;
  while (value != 0 || end - begin < width) {
    *--begin = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(begin, static_cast<size_t>(end - begin));
}

// Appends the first `digits` of nine fraction digits, with the point.
void append_fraction(std::string& out, int32_t nanos, int32_t digits) {
  if (digits == 0) return;
  out += '.';
  append_padded(out, nanos / power_of_ten(9 - digits), digits);
}

int32_t fraction_digits_needed(int32_t nanos) {
  int32_t digits = 9;
  for (; digits > 0 && nanos % 10 == 0; --digits) nanos /= 10;
  return digits;
}

// java.time prints 3, 6 or 9 digits, or none.
int32_t fraction_digits_grouped(int32_t nanos) { return (fraction_digits_needed(nanos) + 2) / 3 * 3; }

// Requires: 0 to 99.
void append_two_digits(std::string& out, int32_t value) {
  const char digits[] = {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
  out.append(digits, sizeof(digits));
}

void append_hour_and_minute(std::string& out, int32_t second_of_day) {
  append_two_digits(out, second_of_day / 3600);
  out += ':';
  append_two_digits(out, second_of_day / 60 % 60);
}

void append_clock(std::string& out, int32_t second_of_day) {
  append_hour_and_minute(out, second_of_day);
  out += ':';
  append_two_digits(out, second_of_day % 60);
}

// java.time leaves the seconds out where they and the fraction are zero.
void append_java_clock(std::string& out, int32_t second_of_day, int32_t nanos) {
  if (second_of_day % 60 == 0 && nanos == 0) {
    append_hour_and_minute(out, second_of_day);
    return;
  }
  append_clock(out, second_of_day);
  append_fraction(out, nanos, fraction_digits_grouped(nanos));
}

struct DayAndSecond {
  int32_t days;
  int32_t second_of_day;
};
DayAndSecond split_day(int64_t seconds) {
  const int64_t days = floor_div(seconds, kSecondsPerDay);
  return {static_cast<int32_t>(days), static_cast<int32_t>(seconds - days * kSecondsPerDay)};
}

}  // namespace

void append_date(std::string& out, int32_t days) {
  const CivilDate date = civil_from_days(days);
  if (date.year < 0) out += '-';
  if (date.year > 9999) out += '+';
  append_padded(out, date.year < 0 ? -static_cast<int64_t>(date.year) : date.year, 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
}

void append_time(std::string& out, int32_t milliseconds, int32_t precision) {
  append_clock(out, milliseconds / 1000);
  if (precision == 0) return;
  const int32_t nanos = milliseconds % 1000 * 1000000;
  append_fraction(out, nanos, std::clamp(fraction_digits_needed(nanos), 1, precision));
}

void append_timestamp(std::string& out, int128 value, int32_t precision) {
  const SecondsAndNanos moment = split_timestamp(value, precision);
  const DayAndSecond day = split_day(moment.seconds);
  append_date(out, day.days);
  out += ' ';
  append_clock(out, day.second_of_day);
  append_fraction(out, moment.nanos, precision);
}

void append_timestamp(std::string& out, int128 value, int32_t precision, TimestampForm form, bool is_instant) {
  TimestampTexts(precision, form, is_instant).append(out, value);
}

void TimestampTexts::append(std::string& out, const SecondsAndNanos& moment) {
  constexpr int64_t kSecondsPerMinute = 60;
  const int64_t minute = floor_div(moment.seconds, kSecondsPerMinute);
  if (minute != minute_ || up_to_minute_.empty()) {
    const DayAndSecond day = split_day(moment.seconds);
    up_to_minute_.clear();
    append_date(up_to_minute_, day.days);
    up_to_minute_ += form_ == TimestampForm::kIso8601 ? 'T' : ' ';
    append_hour_and_minute(up_to_minute_, day.second_of_day);
    up_to_minute_ += ':';
    minute_ = minute;
  }
  out += up_to_minute_;
  // Whole milliseconds, which most are, at once and without a loop.
  constexpr int32_t kNanosPerMilli = 1'000'000;
  const auto second = static_cast<int32_t>(moment.seconds - minute * kSecondsPerMinute);
  const int32_t millis = moment.nanos / kNanosPerMilli;
  const bool is_whole = moment.nanos % kNanosPerMilli == 0;
  const auto digit = [](int32_t value) { return static_cast<char>('0' + value % 10); };
  const char text[] = {digit(second / 10), digit(second), '.', digit(millis / 100), digit(millis / 10), digit(millis)};
  out.append(text, !is_whole || millis == 0 ? 2 : millis % 10 != 0 ? 6 : millis % 100 != 0 ? 5 : 4);
  if (!is_whole) append_fraction(out, moment.nanos, fraction_digits_needed(moment.nanos));
  if (is_instant_) out += 'Z';
}

void append_local_time(std::string& out, int32_t milliseconds) {
  append_java_clock(out, milliseconds / 1000, milliseconds % 1000 * 1000000);
}

void append_local_date_time(std::string& out, int128 value, int32_t precision) {
  const SecondsAndNanos moment = split_timestamp(value, precision);
  const DayAndSecond day = split_day(moment.seconds);
  append_date(out, day.days);
  out += 'T';
  append_java_clock(out, day.second_of_day, moment.nanos);
}

void append_instant(std::string& out, int128 value, int32_t precision) {
  const SecondsAndNanos moment = split_timestamp(value, precision);
  const DayAndSecond day = split_day(moment.seconds);
  append_date(out, day.days);
  out += 'T';
  append_clock(out, day.second_of_day);
  append_fraction(out, moment.nanos, fraction_digits_grouped(moment.nanos));
  out += 'Z';
}

void append_duration(std::string& out, int64_t milliseconds) {
  if (milliseconds == 0) {
    out += "PT0S";
    return;
  }
  // Hours, minutes and seconds each carry the sign; the fraction belongs to the seconds.
  const int64_t seconds = milliseconds / 1000;
  const auto fraction = static_cast<int32_t>(milliseconds % 1000);
  out += "PT";
  if (const int64_t hours = seconds / 3600; hours != 0) {
    append_integer(out, hours);
    out += 'H';
  }
  if (const int64_t minutes = seconds / 60 % 60; minutes != 0) {
    append_integer(out, minutes);
    out += 'M';
  }
  const int64_t rest = seconds % 60;
  if (rest == 0 && fraction == 0) return;
  if (rest == 0 && fraction < 0) out += '-';
  append_integer(out, rest);
  const int32_t nanos = (fraction < 0 ? -fraction : fraction) * 1000000;
  append_fraction(out, nanos, fraction_digits_needed(nanos));
  out += 'S';
}

void append_period(std::string& out, int32_t months) {
  if (months == 0) {
    out += "P0D";
    return;
  }
  out += 'P';
  append_integer(out, months);
  out += 'M';
}

void append_interval_day_time(std::string& out, int64_t milliseconds) {
  out += milliseconds < 0 ? '-' : '+';
  const int64_t magnitude = milliseconds < 0 ? -milliseconds : milliseconds;
  append_integer(out, magnitude / kMillisPerDay);
  out += ' ';
  const auto of_day = static_cast<int32_t>(magnitude % kMillisPerDay);
  append_clock(out, of_day / 1000);
  append_fraction(out, of_day % 1000 * 1000000, 3);
}

void append_interval_year_month(std::string& out, int32_t months) {
  out += months < 0 ? '-' : '+';
  const int64_t magnitude = months < 0 ? -static_cast<int64_t>(months) : months;
  append_integer(out, magnitude / 12);
  out += '-';
  append_padded(out, magnitude % 12, 2);
}

}  // namespace tidemill
