#include "functions/java_conversions.h"

#include <fmt/format.h>

#include <bit>
#include <chrono>
#include <cstring>
#include <string_view>

#include "data/calendar.h"
#include "data/english_names.h"

namespace tidemill {
namespace {

constexpr int32_t kFractionBits = 52;
constexpr int32_t kFractionDigits = 13;
constexpr int32_t kExponentBias = 1023;

// What is shown of a time.
struct Clock {
  int64_t seconds = 0;  // since 1970, cut towards it
  int64_t milliseconds = 0;
  int32_t year = 0, month = 0, day = 0, day_of_year = 0, day_of_week = 0;  // day_of_week: 0 is Monday
  int32_t hour = 0, minute = 0, second = 0, millisecond = 0;

  int32_t hour12() const { return hour % 12 == 0 ? 12 : hour % 12; }
};

Clock clock_of(int64_t milliseconds) {
  const int64_t day = floor_div(milliseconds, kMillisPerDay);
  const auto of_day = static_cast<int32_t>(floor_mod(milliseconds, kMillisPerDay));
  const std::chrono::sys_days date{std::chrono::days(day)};
  const std::chrono::year_month_day parts(date);
  Clock clock;
  clock.seconds = milliseconds / 1000;
  clock.milliseconds = milliseconds;
  const auto year = static_cast<int32_t>(parts.year());
  clock.year = year > 0 ? year : 1 - year;  // of its era
  clock.month = static_cast<int32_t>(static_cast<unsigned>(parts.month()));
  clock.day = static_cast<int32_t>(static_cast<unsigned>(parts.day()));
  const std::chrono::sys_days january{parts.year() / 1 / 1};
  clock.day_of_year = static_cast<int32_t>((date - january).count()) + 1;
  clock.day_of_week = static_cast<int32_t>(std::chrono::weekday(date).iso_encoding()) - 1;
  clock.hour = of_day / 3'600'000;
  clock.minute = of_day / 60'000 % 60;
  clock.second = of_day / 1000 % 60;
  clock.millisecond = of_day % 1000;
  return clock;
}

std::optional<std::string> date_text(char conversion, const Clock& clock) {
  const std::string_view month = kMonthNames[static_cast<size_t>(clock.month - 1)];
  const std::string_view day = kDayNames[static_cast<size_t>(clock.day_of_week)];
  switch (conversion) {
    case 'B':
      return std::string(month);
    case 'b':
    case 'h':
      return std::string(month.substr(0, kShortNameBytes));
    case 'A':
      return std::string(day);
    case 'a':
      return std::string(day.substr(0, kShortNameBytes));
    case 'C':
      return fmt::format("{:02}", clock.year / 100);
    case 'Y':
      return fmt::format("{:04}", clock.year);
    case 'y':
      return fmt::format("{:02}", clock.year % 100);
    case 'j':
      return fmt::format("{:03}", clock.day_of_year);
    case 'm':
      return fmt::format("{:02}", clock.month);
    case 'd':
      return fmt::format("{:02}", clock.day);
    case 'e':
      return fmt::format("{}", clock.day);
    case 'D':
      return fmt::format("{:02}/{:02}/{:02}", clock.month, clock.day, clock.year % 100);
    case 'F':
      return fmt::format("{:04}-{:02}-{:02}", clock.year, clock.month, clock.day);
    case 'c':
      return fmt::format("{} {} {:02} {:02}:{:02}:{:02} UTC {:04}", day.substr(0, kShortNameBytes),
                         month.substr(0, kShortNameBytes), clock.day, clock.hour, clock.minute, clock.second,
                         clock.year);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string java_hexadecimal(double magnitude, int32_t precision) {
  if (precision == 0) precision = 1;
  const auto bits = std::bit_cast<uint64_t>(magnitude);
  uint64_t fraction = bits & ((uint64_t{1} << kFractionBits) - 1);
  auto exponent = static_cast<int32_t>(bits >> kFractionBits) - kExponentBias;
  uint64_t whole = 1;
  if (exponent == -kExponentBias) {  // zero, or too small for a leading 1
    whole = 0;
    exponent = fraction == 0 ? 0 : 1 - kExponentBias;
    if (fraction != 0 && precision >= 0 && precision < kFractionDigits) {
      const int32_t shift = std::countl_zero(fraction) - (63 - kFractionBits);
      fraction = fraction << shift & ((uint64_t{1} << kFractionBits) - 1);
      whole = 1;
      exponent -= shift;
    }
  }
  if (precision >= 0 && precision < kFractionDigits) {  // halves go to the even digit
    const int32_t dropped = kFractionBits - 4 * precision;
    const uint64_t value = whole << kFractionBits | fraction;
    const uint64_t rest = value & ((uint64_t{1} << dropped) - 1), half = uint64_t{1} << (dropped - 1);
    uint64_t kept = value >> dropped;
    if (rest > half || (rest == half && (kept & 1) != 0)) ++kept;
    whole = kept >> (4 * precision);
    fraction = (kept << dropped) & ((uint64_t{1} << kFractionBits) - 1);
    if (whole == 2) {
      whole = 1;
      ++exponent;
    }
  }
  std::string digits = fmt::format("{:013x}", fraction);
  if (precision < 0) digits.erase(digits.find_last_not_of('0') + 1);
  if (precision >= 0) digits.resize(static_cast<size_t>(precision), '0');
  if (digits.empty()) digits = "0";
  return fmt::format("{}.{}p{}", whole, digits, exponent);
}

uint32_t flink_text_hash(std::string_view text) {
  const auto mix = [](uint32_t hash, uint32_t word) {
    hash ^= std::rotl(word * 0xcc9e2d51, 15) * 0x1b873593;
    return std::rotl(hash, 13) * 5 + 0xe6546b64;
  };
  uint32_t hash = 42;  // the seed
  size_t at = 0;
  for (; at + sizeof(uint32_t) <= text.size(); at += sizeof(uint32_t)) {
    uint32_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    hash = mix(hash, word);
  }
  for (; at < text.size(); ++at) hash = mix(hash, static_cast<uint32_t>(static_cast<int8_t>(text[at])));
  hash ^= static_cast<uint32_t>(text.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6b;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35;
  return hash ^ hash >> 16;
}

std::optional<std::string> java_time(char conversion, int64_t milliseconds) {
  const Clock clock = clock_of(milliseconds);
  const std::string_view half = clock.hour < 12 ? "am" : "pm";
  switch (conversion) {
    case 'H':
      return fmt::format("{:02}", clock.hour);
    case 'I':
      return fmt::format("{:02}", clock.hour12());
    case 'k':
      return fmt::format("{}", clock.hour);
    case 'l':
      return fmt::format("{}", clock.hour12());
    case 'M':
      return fmt::format("{:02}", clock.minute);
    case 'S':
      return fmt::format("{:02}", clock.second);
    case 'L':
      return fmt::format("{:03}", clock.millisecond);
    case 'N':
      return fmt::format("{:03}000000", clock.millisecond);
    case 'p':
      return std::string(half);
    case 'z':
      return "+0000";
    case 'Z':
      return "UTC";
    case 's':
      return fmt::format("{}", clock.seconds);
    case 'Q':
      return fmt::format("{}", clock.milliseconds);
    case 'R':
      return fmt::format("{:02}:{:02}", clock.hour, clock.minute);
    case 'T':
      return fmt::format("{:02}:{:02}:{:02}", clock.hour, clock.minute, clock.second);
    case 'r':
      return fmt::format("{:02}:{:02}:{:02} {}", clock.hour12(), clock.minute, clock.second,
                         half == "am" ? "AM" : "PM");
    default:
      return date_text(conversion, clock);
  }
}

}  // namespace tidemill
