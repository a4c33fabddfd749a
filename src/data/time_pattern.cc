#include "data/time_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "data/english_names.h"

namespace tidemill {
namespace {

constexpr std::string_view kLetters = "yuMLdDEHkKhmsSa";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// What a text said, field by field.
struct Fields {
  int32_t year = 1970, month = 1, day = 1;
  std::optional<int32_t> day_of_year;
  int32_t hour = 0, minute = 0, second = 0, nanos = 0;
  std::optional<bool> afternoon;
};

// Takes digits off `text`: exactly `width` where the next item is a number too, otherwise as many as there are.
std::optional<int32_t> take_number(std::string_view& text, size_t digits_min, size_t digits_max) {
  size_t count = 0;
  int32_t value = 0;
  while (count < digits_max && count < text.size() && text[count] >= '0' && text[count] <= '9')
    value = value * 10 + (text[count++] - '0');
  if (count < digits_min) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

template <size_t n>
std::optional<int32_t> take_name(std::string_view& text, const std::array<std::string_view, n>& names, bool whole) {
  for (size_t i = 0; i < n; ++i) {
    const std::string_view name = whole ? names[i] : names[i].substr(0, kShortNameBytes);
    if (text.starts_with(name)) {
      text.remove_prefix(name.size());
      return static_cast<int32_t>(i) + 1;
    }
  }
  return std::nullopt;
}

std::optional<int32_t> take_fraction(std::string_view& text, int32_t digits) {
  const auto value = take_number(text, static_cast<size_t>(digits), static_cast<size_t>(digits));
  if (!value) return std::nullopt;
  return static_cast<int32_t>(*value * power_of_ten(9 - digits));
}

bool take_literal(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

std::optional<SecondsAndNanos> resolve(Fields fields) {
  if (fields.afternoon) fields.hour = fields.hour % 12 + (*fields.afternoon ? 12 : 0);
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 59) return std::nullopt;
  if (!is_civil_date(fields.year, fields.month, fields.day)) return std::nullopt;
  int64_t days = days_from_civil(fields.year, fields.month, fields.day);
  if (fields.day_of_year) {
    if (*fields.day_of_year < 1 || *fields.day_of_year > (is_leap_year(fields.year) ? 366 : 365)) return std::nullopt;
    days = days_from_civil(fields.year, 1, 1) + *fields.day_of_year - 1;
  }
  return SecondsAndNanos{days * kSecondsPerDay + fields.hour * 3600 + fields.minute * 60 + fields.second, fields.nanos};
}

// Reads one letter item; returns false where the text does not fit.
bool read_field(char letter, int32_t count, bool number_follows, std::string_view& text, Fields& fields) {
  const auto width = static_cast<size_t>(count);
  const auto number = [&](int32_t& field, size_t digits_max) {
    const auto value = take_number(text, width == 1 ? 1 : width, number_follows ? width : std::max(width, digits_max));
    if (value) field = *value;
    return value.has_value();
  };
  switch (letter) {
    case 'y':
    case 'u':
      if (count != 2) return number(fields.year, 4);
      if (!number(fields.year, 2)) return false;
      fields.year += 2000;  // as DateTimeFormatter: two digits are of 2000 to 2099
      return true;
    case 'M':
    case 'L': {
      if (count <= 2) return number(fields.month, 2);
      const auto month = take_name(text, kMonthNames, count >= 4);
      fields.month = month.value_or(1);
      return month.has_value();
    }
    case 'd':
      return number(fields.day, 2);
    case 'D': {
      int32_t day = 0;
      if (!number(day, 3)) return false;
      fields.day_of_year = day;
      return true;
    }
    case 'E':
      return take_name(text, kDayNames, count >= 4).has_value();
    case 'H':
    case 'K':
    case 'h':
      return number(fields.hour, 2);
    case 'k': {
      const bool read = number(fields.hour, 2);
      if (fields.hour == 24) fields.hour = 0;
      return read;
    }
    case 'm':
      return number(fields.minute, 2);
    case 's':
      return number(fields.second, 2);
    case 'S': {
      const auto nanos = take_fraction(text, count);
      fields.nanos = nanos.value_or(0);
      return nanos.has_value();
    }
    default: {
      const bool afternoon = take_literal(text, "PM");
      if (!afternoon && !take_literal(text, "AM")) return false;
      fields.afternoon = afternoon;
      return true;
    }
  }
}

void append_name(std::string& out, std::string_view name, int32_t count) {
  out += count >= 4 ? name : name.substr(0, kShortNameBytes);
}

// Appends at least `width` digits, zeros first.
void append_number(std::string& out, int64_t value, int32_t width) {
  constexpr int32_t kDigitsMax = 20;
  if (value < 0 || width > kDigitsMax) {
    fmt::format_to(std::back_inserter(out), "{:0{}}", value, width);
    return;
  }
  char digits[kDigitsMax];
  char* first = digits + kDigitsMax;
  for (; value > 0; value /= 10) *--first = static_cast<char>('0' + value % 10);
  while (digits + kDigitsMax - first < width) *--first = '0';
  out.append(first, static_cast<size_t>(digits + kDigitsMax - first));
}

// Returns for how many seconds a field stays the same, 0: less than one.
int64_t step_of_letter(char letter) {
  switch (letter) {
    case 'S':
      return 0;
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'H':
    case 'k':
    case 'K':
    case 'h':
    case 'a':
      return 3600;
    default:
      return kSecondsPerDay;
  }
}

void append_field(std::string& out, char letter, int32_t count, const SecondsAndNanos& moment) {
  const int64_t day = floor_div<int64_t>(moment.seconds, kSecondsPerDay);
  const auto second_of_day = static_cast<int32_t>(moment.seconds - day * kSecondsPerDay);
  const CivilDate date = civil_from_days(static_cast<int32_t>(day));
  const int32_t hour = second_of_day / 3600;
  const auto number = [&](int64_t value) { append_number(out, value, count); };
  switch (letter) {
    case 'y':
    case 'u':
      return number(count == 2 ? floor_mod(date.year, 100) : date.year);
    case 'M':
    case 'L':
      return count <= 2 ? number(date.month)
                        : append_name(out, kMonthNames[static_cast<size_t>(date.month - 1)], count);
    case 'd':
      return number(date.day);
    case 'D':
      return number(day_of_year(static_cast<int32_t>(day)));
    case 'E':
      return append_name(out, kDayNames[static_cast<size_t>(iso_day_of_week(static_cast<int32_t>(day)) - 1)], count);
    case 'H':
      return number(hour);
    case 'k':
      return number(hour == 0 ? 24 : hour);
    case 'K':
      return number(hour % 12);
    case 'h':
      return number(hour % 12 == 0 ? 12 : hour % 12);
    case 'm':
      return number(second_of_day / 60 % 60);
    case 's':
      return number(second_of_day % 60);
    case 'S':
      return number(moment.nanos / power_of_ten(9 - count));
    default:
      out += hour < 12 ? "AM" : "PM";
  }
}

}  // namespace

TimePattern::TimePattern(std::string_view text) : text_(text) {
  constexpr int32_t kFractionDigitsMax = 9;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (is_letter(c)) {
      size_t end = i;
      while (end < text.size() && text[end] == c) ++end;
      const auto count = static_cast<int32_t>(end - i);
      if (kLetters.find(c) == std::string_view::npos || (c == 'S' && count > kFractionDigitsMax)) {
        throw UserError(fmt::format("Unknown letter '{}' in the time pattern '{}'", text.substr(i, end - i), text),
                        "Letters are y M d D E H h k K m s S a; put text in single quotes.");
      }
      items_.push_back({c, count, ""});
      step_seconds_ = std::min(step_seconds_, step_of_letter(c));
      i = end;
    } else if (c == '\'') {
      std::string literal;
      for (++i;; ++i) {
        if (i >= text.size()) throw UserError(fmt::format("Unterminated quote in the time pattern '{}'", text));
        if (text[i] == '\'' && i + 1 < text.size() && text[i + 1] == '\'')
          ++i;
        else if (text[i] == '\'')
          break;
        literal += text[i];
      }
      ++i;
      items_.push_back({0, 0, literal.empty() ? "'" : literal});
    } else {
      items_.push_back({0, 0, std::string(1, c)});
      ++i;
    }
  }
}

void TimePattern::append(std::string& out, const SecondsAndNanos& moment) const {
  for (const Item& item : items_)
    item.letter == 0 ? void(out += item.literal) : append_field(out, item.letter, item.count, moment);
}

std::optional<SecondsAndNanos> TimePattern::parse(std::string_view text) const {
  Fields fields;
  for (size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    const bool number_follows = i + 1 < items_.size() && items_[i + 1].letter != 0;
    if (item.letter == 0 ? !take_literal(text, item.literal)
                         : !read_field(item.letter, item.count, number_follows, text, fields))
      return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return resolve(fields);
}

}  // namespace tidemill
