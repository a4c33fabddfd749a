// One value of the text form for tests, from and to a cell.
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/check.h"
#include "base/error.h"
#include "data/dispatch.h"
#include "data/pretty.h"

namespace tidemill {
namespace {

constexpr int64_t kMillisPerDay = 86'400'000;

[[noreturn]] void throw_bad_cell(std::string_view cell, const Type& type) {
  throw UserError(fmt::format("Not a value of type {}: '{}'", type.to_string(), cell));
}

int128 pow10(int32_t digits) {
  int128 result = 1;
  for (int32_t i = 0; i < digits; ++i) result *= 10;
  return result;
}

std::string integer_text(int128 value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  auto rest = negative ? ~static_cast<uint128>(value) + 1 : static_cast<uint128>(value);
  std::string digits;
  for (; rest != 0; rest /= 10) digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  if (negative) digits.push_back('-');
  return {digits.rbegin(), digits.rend()};
}

// Returns [-]digits[.digits] times 10^scale. Digits beyond the scale are an error.
std::optional<int128> parse_decimal(std::string_view text, int32_t scale) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  int128 value = 0;
  int32_t fraction = -1;  // digits after the point; -1: no point yet
  for (const char c : text) {
    if (c == '.' && fraction < 0) {
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
    if (fraction >= 0 && ++fraction > scale) return std::nullopt;
  }
  value *= pow10(scale - std::max(fraction, 0));
  return negative ? -value : value;
}

std::string decimal_text(int128 value, int32_t scale) {
  std::string digits = integer_text(value < 0 ? -value : value);
  if (scale > 0) {
    if (digits.size() <= static_cast<size_t>(scale))
      digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
    digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  }
  return value < 0 ? "-" + digits : digits;
}

template <class T>
bool parse_number(std::string_view& text, T& out) {
  const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(next - text.data()));
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Reads yyyy-mm-dd off the front.
std::optional<int32_t> take_date(std::string_view& text) {
  int32_t year = 0;
  uint32_t month = 0, day = 0;
  if (!parse_number(text, year) || !take(text, '-') || !parse_number(text, month) || !take(text, '-') ||
      !parse_number(text, day))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

// Reads hh:mm:ss[.fraction]; returns units of 10^-digits seconds.
std::optional<int128> take_time(std::string_view& text, int32_t digits) {
  int64_t hour = 0, minute = 0;
  if (!parse_number(text, hour) || !take(text, ':') || !parse_number(text, minute) || !take(text, ':'))
    return std::nullopt;
  const std::optional<int128> second = parse_decimal(text, digits);
  if (!second || hour > 23 || minute > 59) return std::nullopt;
  text = {};
  return (hour * 3600 + minute * 60) * pow10(digits) + *second;
}

std::string date_text(int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

// `units` are 10^-digits seconds of a day; the fraction is written without trailing zeros.
std::string time_text(int64_t units, int32_t digits) {
  const auto per_second = static_cast<int64_t>(pow10(digits));
  const int64_t seconds = units / per_second;
  std::string text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (units % per_second == 0) return text;
  text += fmt::format(".{:0{}}", units % per_second, digits);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// Digits of the physical fraction of a TIMESTAMP.
int32_t fraction_digits(const Type& type) { return type.precision <= 3 ? 3 : type.precision <= 6 ? 6 : 9; }

std::string timestamp_text(int128 units, const Type& type) {
  const int128 per_day = 86'400 * pow10(fraction_digits(type));
  int128 day = units / per_day;
  if (units % per_day < 0) --day;
  return date_text(static_cast<int64_t>(day)) + " " +
         time_text(static_cast<int64_t>(units - day * per_day), fraction_digits(type));
}

std::optional<int128> parse_timestamp(std::string_view text, const Type& type) {
  const int32_t digits = fraction_digits(type);
  if (take(text, 'T')) {
    int64_t millis = 0;
    if (!parse_number(text, millis) || !text.empty()) return std::nullopt;
    return millis * pow10(digits - 3);
  }
  const std::optional<int32_t> day = take_date(text);
  if (!day || !take(text, ' ')) return std::nullopt;
  const std::optional<int128> time = take_time(text, digits);
  if (!time) return std::nullopt;
  return *day * static_cast<int128>(kMillisPerDay / 1000) * pow10(digits) + *time;
}

std::optional<int128> parse_integer_like(std::string_view cell, const Type& type) {
  switch (type.kind) {
    case TypeKind::kDecimal:
      return parse_decimal(cell, type.scale);
    case TypeKind::kDate: {
      const std::optional<int32_t> days = take_date(cell);
      return days && cell.empty() ? std::optional<int128>(*days) : std::nullopt;
    }
    case TypeKind::kTime:
      return take_time(cell, 3);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return parse_timestamp(cell, type);
    default:
      return parse_decimal(cell, 0);
  }
}

std::string parse_bytes(std::string_view cell, const Type& type) {
  if (!cell.starts_with("x'") || !cell.ends_with('\'') || cell.size() % 2 == 0) throw_bad_cell(cell, type);
  std::string bytes;
  for (size_t i = 2; i + 1 < cell.size(); i += 2) {
    uint8_t byte = 0;
    const auto [next, error] = std::from_chars(cell.data() + i, cell.data() + i + 2, byte, 16);
    if (error != std::errc() || next != cell.data() + i + 2) throw_bad_cell(cell, type);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

std::string unquoted(std::string_view cell) {
  if (cell.size() < 2 || cell.front() != '\'' || cell.back() != '\'') return std::string(cell);
  std::string text;
  for (size_t i = 1; i + 1 < cell.size(); ++i) {
    text.push_back(cell[i]);
    if (cell[i] == '\'') ++i;
  }
  return text;
}

std::string quoted_where_needed(const std::string& text) {
  const bool plain = !text.empty() && text != "NULL" && text.find_first_of("|'\n") == std::string::npos &&
                     text.front() != ' ' && text.back() != ' ';
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

template <class T>
std::string floating_text(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", value);
}

}  // namespace

Value parse_cell(std::string_view cell, const Type& type) {
  if (cell == "NULL") return Value::null(type);
  if (type.is_binary()) return Value::of_text(type, parse_bytes(cell, type));
  if (type.is_structured()) throw UserError(fmt::format("A value of type {} has no form here", type.to_string()));
  if (type.physical() == PhysicalType::kText) return Value::of_text(type, unquoted(cell));
  if (type.kind == TypeKind::kBoolean) {
    if (cell != "TRUE" && cell != "FALSE") throw_bad_cell(cell, type);
    return Value::of(type, static_cast<uint8_t>(cell == "TRUE"));
  }
  if (type.is_approximate()) {
    double value = 0;  // from_chars takes "nan" and "infinity" in any case
    std::string_view rest = cell;
    if (!parse_number(rest, value) || !rest.empty()) throw_bad_cell(cell, type);
    return type.kind == TypeKind::kFloat ? Value::of(type, static_cast<float>(value)) : Value::of(type, value);
  }
  const std::optional<int128> value = parse_integer_like(cell, type);
  if (!value) throw_bad_cell(cell, type);
  return dispatch_physical(type.physical(), [&]<class T>() -> Value {
    if constexpr (std::is_same_v<T, Text> || std::is_floating_point_v<T>) {
      CHECK(false);
    } else {
      const auto narrow = static_cast<T>(*value);
      if (static_cast<int128>(narrow) != *value) throw_bad_cell(cell, type);
      return Value::of(type, narrow);
    }
  });
}

std::string to_pretty(const Value& value) {
  if (value.is_null()) return "NULL";
  const Type& type = value.type();
  if (type.is_binary()) {
    std::string text = "x'";
    for (const char c : value.text()) text += fmt::format("{:02x}", static_cast<uint8_t>(c));
    return text + "'";
  }
  if (type.is_structured()) return value.to_string();
  if (type.physical() == PhysicalType::kText) return quoted_where_needed(value.text());
  switch (type.kind) {
    case TypeKind::kBoolean:
      return value.as_bool() ? "TRUE" : "FALSE";
    case TypeKind::kFloat:
      return floating_text(value.as<float>());
    case TypeKind::kDouble:
      return floating_text(value.as<double>());
    case TypeKind::kDecimal:
      return decimal_text(value.as_integer(), type.scale);
    case TypeKind::kDate:
      return date_text(static_cast<int64_t>(value.as_integer()));
    case TypeKind::kTime:
      return time_text(static_cast<int64_t>(value.as_integer()), 3);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return timestamp_text(value.as_integer(), type);
    default:
      return integer_text(value.as_integer());
  }
}

}  // namespace tidemill
