// data/time_text_parse.cc - the readers of data/time_text.h.
#include <algorithm>
#include <bit>
#include <cstring>

#include "data/number_text.h"
#include "data/time_text.h"

namespace tidemill {
namespace {

// Walks over a text; every step fails at once where the text is not as asked.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}
  bool done() const { return at_ == end_; }
  bool next_is(char c) const { return at_ != end_ && *at_ == c; }
  bool skip(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  // Reads between min_digits and max_digits digits.
  bool number(int32_t min_digits, int32_t max_digits, int32_t& value) {
    value = 0;
    int32_t digits = 0;
    while (digits < max_digits && at_ != end_ && is_digit(*at_)) {
      value = value * 10 + (*at_++ - '0');
      ++digits;
    }
    return digits >= min_digits;
  }
  // Reads up to nine fraction digits as nanoseconds.
  bool fraction(int32_t min_digits, int32_t& nanos) {
    nanos = 0;
    int32_t digits = 0;
    while (at_ != end_ && is_digit(*at_)) {
      if (++digits > 9) return false;
      nanos = nanos * 10 + (*at_++ - '0');
    }
    for (int32_t i = digits; i < 9; ++i) nanos *= 10;
    return digits >= min_digits;
  }

 private:
  static bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }
  const char* at_;
  const char* end_;
};

struct ClockTime {
  int32_t hour = 0, minute = 0, second = 0, nanos = 0;
  bool valid() const { return hour <= 23 && minute <= 59 && second <= 59; }
  int32_t seconds() const { return hour * 3600 + minute * 60 + second; }
};

SecondsAndNanos moment(int32_t days, const ClockTime& time) {
  return {days * kSecondsPerDay + time.seconds(), time.nanos};
}

// yyyy-MM-dd, every part in full.
bool strict_date(Cursor& cursor, int32_t& days) {
  int32_t year, month, day;
  if (!cursor.number(4, 4, year) || !cursor.skip('-') || !cursor.number(2, 2, month) || !cursor.skip('-') ||
      !cursor.number(2, 2, day) || !is_civil_date(year, month, day)) {
    return false;
  }
  days = days_from_civil(year, month, day);
  return true;
}

// HH:mm:ss[.f…]; the seconds may be missing where `seconds_optional`.
bool strict_time(Cursor& cursor, bool seconds_optional, ClockTime& time) {
  if (!cursor.number(2, 2, time.hour) || !cursor.skip(':') || !cursor.number(2, 2, time.minute)) return false;
  if (cursor.skip(':')) {
    if (!cursor.number(2, 2, time.second)) return false;
    if (cursor.skip('.') && !cursor.fraction(1, time.nanos)) return false;
  } else if (!seconds_optional) {
    return false;
  }
  return time.valid();
}

// Eight characters, in which 0 stands for a digit.
struct EightCharacters {
  constexpr explicit EightCharacters(std::string_view pattern) {
    for (size_t i = 0; i < 8; ++i) {
      const auto c = static_cast<unsigned char>(pattern[i]);
      wanted |= uint64_t{c} << (8 * i);
      to_high_bit |= uint64_t{c == '0' ? 0x7Fu - 9 : 0x7Fu} << (8 * i);
    }
  }
  uint64_t wanted = 0;
  uint64_t to_high_bit = 0;  // what brings a byte that is too large to its highest bit
};

// Reads eight characters of a form. Gives the digits as numbers, the first in the lowest byte, and other characters as
// 0; returns false where they are not of this form.
bool read_eight(const char* text, const EightCharacters& form, uint64_t& digits) {
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(&digits, text, sizeof(digits));
  digits ^= form.wanted;  // of a digit its value, of the rest 0 where it is right
  return (((digits + form.to_high_bit) | digits) & 0x8080808080808080u) == 0;
}

int32_t two_digits(uint64_t digits, int first) {
  return static_cast<int32_t>((digits >> (8 * first) & 0xF) * 10 + (digits >> (8 * first + 8) & 0xF));
}

// Reads yyyy-MM-dd HH:mm:ss, by itself or with three digits behind a point: what most files hold, eight characters at a
// time. Returns false for anything else, right or wrong.
bool plain_timestamp(std::string_view text, TimestampForm form, SecondsAndNanos& result) {
  constexpr size_t kToSeconds = 19;
  constexpr size_t kToMillis = 23;
  if (text.size() != kToSeconds && text.size() != kToMillis) return false;
  constexpr EightCharacters kDate("0000-00-"), kSql("00 00:00"), kIso("00T00:00"), kTime("00:00:00"),
      kMillis("0:00.000");
  uint64_t date, day, time;
  if (!read_eight(text.data(), kDate, date) || !read_eight(text.data() + 11, kTime, time)) return false;
  if (!read_eight(text.data() + 8, form == TimestampForm::kIso8601 ? kIso : kSql, day)) return false;
  ClockTime clock{two_digits(time, 0), two_digits(time, 3), two_digits(time, 6), 0};
  if (text.size() == kToMillis) {
    uint64_t fraction;
    if (!read_eight(text.data() + 15, kMillis, fraction)) return false;
    clock.nanos = (two_digits(fraction, 5) * 10 + static_cast<int32_t>(fraction >> 56)) * 1'000'000;
  }
  const int32_t year = two_digits(date, 0) * 100 + two_digits(date, 2);
  const int32_t month = two_digits(date, 5);
  const int32_t day_of_month = two_digits(day, 0);
  if (!clock.valid() || !is_civil_date(year, month, day_of_month)) return false;
  result = moment(days_from_civil(year, month, day_of_month), clock);
  return true;
}

bool strict_timestamp(Cursor& cursor, TimestampForm form, SecondsAndNanos& result) {
  int32_t days = 0;
  ClockTime time;
  const bool iso = form == TimestampForm::kIso8601;
  if (!strict_date(cursor, days) || !cursor.skip(iso ? 'T' : ' ') || !strict_time(cursor, iso, time)) return false;
  result = moment(days, time);
  return true;
}

// Z, +hh, +hh:mm or +hhmm, to the text's end.
bool zone_suffix(Cursor& cursor, TimestampForm form, int32_t& offset_seconds) {
  offset_seconds = 0;
  if (cursor.skip('Z')) return cursor.done();
  if (form == TimestampForm::kSql) return false;
  const bool negative = cursor.next_is('-');
  if (!cursor.skip('-') && !cursor.skip('+')) return false;
  int32_t hours, minutes = 0;
  if (!cursor.number(2, 2, hours)) return false;
  if (!cursor.done()) {
    cursor.skip(':');
    if (!cursor.number(2, 2, minutes)) return false;
  }
  if (hours > 18 || minutes > 59) return false;
  offset_seconds = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
  return cursor.done();
}

// yyyy[-M[M][-d[d]]]
bool lenient_date(Cursor& cursor, int32_t& year, int32_t& month, int32_t& day) {
  month = 1;
  day = 1;
  if (!cursor.number(1, 4, year)) return false;
  if (!cursor.skip('-')) return true;
  if (!cursor.number(1, 2, month)) return false;
  return !cursor.skip('-') || cursor.number(1, 2, day);
}

}  // namespace

std::optional<SecondsAndNanos> parse_timestamp(std::string_view text, TimestampForm form) {
  SecondsAndNanos result;
  if (plain_timestamp(text, form, result)) return result;
  Cursor cursor(text);
  if (!strict_timestamp(cursor, form, result) || !cursor.done()) return std::nullopt;
  return result;
}

std::optional<SecondsAndNanos> parse_instant(std::string_view text, TimestampForm form) {
  Cursor cursor(text);
  SecondsAndNanos result;
  int32_t offset_seconds = 0;
  if (!strict_timestamp(cursor, form, result) || !zone_suffix(cursor, form, offset_seconds)) return std::nullopt;
  result.seconds -= offset_seconds;
  return result;
}

std::optional<int32_t> parse_date(std::string_view text) {
  Cursor cursor(text);
  int32_t days = 0;
  if (!strict_date(cursor, days) || !cursor.done()) return std::nullopt;
  return days;
}

std::optional<int32_t> parse_time(std::string_view text) {
  Cursor cursor(text);
  ClockTime time;
  if (!strict_time(cursor, false, time) || !cursor.done()) return std::nullopt;
  return time.seconds() * 1000 + time.nanos / 1000000;
}

std::optional<SecondsAndNanos> parse_timestamp_cast(std::string_view text) {
  Cursor cursor(text);
  int32_t year, month, day;
  if (!cursor.number(4, 4, year) || !cursor.skip('-') || !cursor.number(1, 2, month) || !cursor.skip('-') ||
      !cursor.number(1, 2, day) || month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  const int32_t days = days_from_civil(year, month, std::min(day, days_in_month(year, month)));
  ClockTime time;
  if (cursor.done()) return moment(days, time);
  if (!cursor.skip(' ') || !cursor.number(1, 2, time.hour) || !cursor.skip(':') || !cursor.number(1, 2, time.minute) ||
      !cursor.skip(':') || !cursor.number(1, 2, time.second)) {
    return std::nullopt;
  }
  if (cursor.skip('.') && !cursor.fraction(0, time.nanos)) return std::nullopt;
  const bool end_of_day = time.hour == 24 && time.minute == 0 && time.second == 0 && time.nanos == 0;
  if (!cursor.done() || !(time.valid() || end_of_day)) return std::nullopt;
  return moment(days, time);
}

std::optional<int32_t> parse_date_cast(std::string_view text) {
  text = trim_spaces(text);
  // A time of day behind the date is not looked at.
  if (const size_t space = text.find(' '); space != std::string_view::npos) text = text.substr(0, space);
  Cursor cursor(text);
  int32_t year, month, day;
  if (!lenient_date(cursor, year, month, day) || !cursor.done() || !is_civil_date(year, month, day))
    return std::nullopt;
  return days_from_civil(year, month, day);
}

std::optional<int32_t> parse_time_cast(std::string_view text) {
  Cursor cursor(trim_spaces(text));
  ClockTime time;
  if (!cursor.number(1, 2, time.hour)) return std::nullopt;
  if (cursor.skip(':')) {
    if (!cursor.number(1, 2, time.minute)) return std::nullopt;
    if (cursor.skip(':')) {
      if (!cursor.number(1, 2, time.second)) return std::nullopt;
      if (cursor.skip('.') && !cursor.fraction(1, time.nanos)) return std::nullopt;
    }
  }
  if (!cursor.done() || !time.valid()) return std::nullopt;
  return time.seconds() * 1000 + time.nanos / 1000000;
}

}  // namespace tidemill
