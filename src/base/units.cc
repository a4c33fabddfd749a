// Durations and sizes as people write them.
#include "base/units.h"

#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <span>

namespace tidemill {
namespace {

struct Unit {
  std::string_view name;
  int64_t numerator;
  int64_t denominator;
};

constexpr std::array kDurationUnits = {
    Unit{"", 1, 1},
    Unit{"ms", 1, 1},
    Unit{"milli", 1, 1},
    Unit{"millis", 1, 1},
    Unit{"millisecond", 1, 1},
    Unit{"milliseconds", 1, 1},
    Unit{"s", 1'000, 1},
    Unit{"sec", 1'000, 1},
    Unit{"secs", 1'000, 1},
    Unit{"second", 1'000, 1},
    Unit{"seconds", 1'000, 1},
    Unit{"m", 60'000, 1},
    Unit{"min", 60'000, 1},
    Unit{"minute", 60'000, 1},
    Unit{"minutes", 60'000, 1},
    Unit{"h", 3'600'000, 1},
    Unit{"hour", 3'600'000, 1},
    Unit{"hours", 3'600'000, 1},
    Unit{"d", 86'400'000, 1},
    Unit{"day", 86'400'000, 1},
    Unit{"days", 86'400'000, 1},
    Unit{"us", 1, 1'000},
    Unit{"µs", 1, 1'000},
    Unit{"micro", 1, 1'000},
    Unit{"micros", 1, 1'000},
    Unit{"microsecond", 1, 1'000},
    Unit{"microseconds", 1, 1'000},
    Unit{"ns", 1, 1'000'000},
    Unit{"nano", 1, 1'000'000},
    Unit{"nanos", 1, 1'000'000},
    Unit{"nanosecond", 1, 1'000'000},
    Unit{"nanoseconds", 1, 1'000'000},
};

constexpr std::array kSizeUnits = {
    Unit{"", 1, 1},
    Unit{"b", 1, 1},
    Unit{"bytes", 1, 1},
    Unit{"k", int64_t{1} << 10, 1},
    Unit{"kb", int64_t{1} << 10, 1},
    Unit{"kibibytes", int64_t{1} << 10, 1},
    Unit{"m", int64_t{1} << 20, 1},
    Unit{"mb", int64_t{1} << 20, 1},
    Unit{"mebibytes", int64_t{1} << 20, 1},
    Unit{"g", int64_t{1} << 30, 1},
    Unit{"gb", int64_t{1} << 30, 1},
    Unit{"gibibytes", int64_t{1} << 30, 1},
    Unit{"t", int64_t{1} << 40, 1},
    Unit{"tb", int64_t{1} << 40, 1},
    Unit{"tebibytes", int64_t{1} << 40, 1},
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<int64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  text = trim(text);
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 0) return std::nullopt;
  text = trim(text.substr(static_cast<size_t>(end - text.data())));
  std::string name(text);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (count > std::numeric_limits<int64_t>::max() / unit.numerator) return std::nullopt;
    return count * unit.numerator / unit.denominator;
  }
  return std::nullopt;
}

}  // namespace

std::optional<DurationMillis> parse_duration_ms(std::string_view text) { return parse_quantity(text, kDurationUnits); }

std::optional<int64_t> parse_size_bytes(std::string_view text) { return parse_quantity(text, kSizeUnits); }

std::string format_duration_ms(DurationMillis duration_ms) {
  constexpr std::array kShown = {Unit{"d", 86'400'000, 1}, Unit{"h", 3'600'000, 1}, Unit{"min", 60'000, 1},
                                 Unit{"s", 1'000, 1}};
  for (const Unit& unit : kShown) {
    if (duration_ms != 0 && duration_ms % unit.numerator == 0) {
      return fmt::format("{} {}", duration_ms / unit.numerator, unit.name);
    }
  }
  return fmt::format("{} ms", duration_ms);
}

}  // namespace tidemill
