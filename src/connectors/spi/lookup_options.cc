#include "connectors/spi/lookup_options.h"

#include <charconv>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr DurationMillis kMinuteMs = 60'000;
constexpr DurationMillis kHourMs = 60 * kMinuteMs;
constexpr DurationMillis kDayMs = 24 * kHourMs;

constexpr std::string_view kReloadStrategy = "lookup.full-cache.reload-strategy";
constexpr std::string_view kReloadInterval = "lookup.full-cache.periodic-reload.interval";
constexpr std::string_view kReloadTime = "lookup.full-cache.timed-reload.iso-time";
constexpr std::string_view kReloadDays = "lookup.full-cache.timed-reload.interval-in-days";

// Takes two digits off the front of `text`; nullopt where there are none, or where they are above `most`.
std::optional<int64_t> take_two_digits(std::string_view& text, int64_t most) {
  int64_t value = 0;
  if (text.size() < 2) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 2, value);
  if (error != std::errc() || end != text.data() + 2 || value < 0 || value > most) return std::nullopt;
  text.remove_prefix(2);
  return value;
}

// Takes hh:mm[:ss], in milliseconds.
std::optional<DurationMillis> take_time(std::string_view& text, int64_t hours_most) {
  const std::optional<int64_t> hours = take_two_digits(text, hours_most);
  if (!hours || !text.starts_with(':')) return std::nullopt;
  text.remove_prefix(1);
  const std::optional<int64_t> minutes = take_two_digits(text, 59);
  if (!minutes) return std::nullopt;
  DurationMillis time = *hours * kHourMs + *minutes * kMinuteMs;
  if (!text.starts_with(':')) return time;
  text.remove_prefix(1);
  const std::optional<int64_t> seconds = take_two_digits(text, 59);
  if (!seconds) return std::nullopt;
  return time + *seconds * 1000;
}

// 10:15, 10:15:30, with Z or an offset from UTC behind: 10:15+02:00. Returns the time of the day in UTC.
std::optional<DurationMillis> parse_iso_time(std::string_view text) {
  const std::optional<DurationMillis> time = take_time(text, 23);
  if (!time) return std::nullopt;
  if (text.empty() || text == "Z") return time;
  const bool ahead = text.front() == '+';
  if (!ahead && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const std::optional<DurationMillis> offset = take_time(text, 18);
  if (!offset || !text.empty()) return std::nullopt;
  return (*time + (ahead ? -*offset : *offset) + kDayMs) % kDayMs;
}

std::optional<DurationMillis> positive_duration(const Options& options, std::string_view name) {
  if (!options.has(name)) return std::nullopt;
  const DurationMillis duration_ms = options.duration_ms(name);
  if (duration_ms <= 0)
    throw UserError(fmt::format("Option '{}' must be longer than 0", options.full_name(name)),
                    "Set it to '10 min', for example.");
  return duration_ms;
}

LookupReload reload_of(const Options& options) {
  LookupReload reload;
  if (options.text(kReloadStrategy) == "PERIODIC") {
    reload.interval_ms = positive_duration(options, kReloadInterval);
    return reload;
  }
  const std::optional<std::string> time = options.find_text(kReloadTime);
  reload.time_of_day = time ? parse_iso_time(*time) : std::nullopt;
  if (!reload.time_of_day)
    throw UserError(fmt::format("Option '{}' must say when a table with reload strategy TIMED is read again",
                                options.full_name(kReloadTime)),
                    "Set it to a time of the day: '10:15', '10:15Z' or '10:15+02:00'.");
  reload.days = options.integer(kReloadDays);
  if (reload.days <= 0) throw UserError(fmt::format("Option '{}' must be at least 1", options.full_name(kReloadDays)));
  return reload;
}

}  // namespace

EpochMillis LookupReload::next(EpochMillis loaded) const {
  if (interval_ms) return loaded + *interval_ms;
  if (!time_of_day) return kMaxWatermark;
  const EpochMillis midnight = loaded - ((loaded % kDayMs) + kDayMs) % kDayMs;
  const EpochMillis today = midnight + *time_of_day;
  return (today > loaded ? today : today + kDayMs) + (days - 1) * kDayMs;
}

std::vector<OptionSpec> lookup_options(const std::string& default_cache, bool can_read_whole) {
  using enum OptionType;
  std::vector<std::string> caches = {"NONE", "PARTIAL"};
  if (can_read_whole) caches.emplace_back("FULL");
  std::vector<OptionSpec> specs = {
      {"lookup.cache", kEnum,
       can_read_whole ? "What a lookup join remembers: nothing, answers, or the whole table, which is read before the "
                        "first answer."
                      : "What a lookup join remembers: nothing, or answers.",
       default_cache, false, caches},
      {"lookup.partial-cache.max-rows", kInt,
       "PARTIAL: how many rows are kept; the answer that was not used for longest goes first."},
      {"lookup.partial-cache.expire-after-write", kDuration, "PARTIAL: how long an answer is kept."},
      {"lookup.partial-cache.expire-after-access", kDuration,
       "PARTIAL: how long an answer is kept after its last use."},
      {"lookup.partial-cache.cache-missing-key", kBool, "PARTIAL: whether it is kept that a key has no rows.", "true"},
  };
  if (!can_read_whole) return specs;
  specs.push_back({std::string(kReloadStrategy),
                   kEnum,
                   "FULL: whether the table is read again after an interval, or at a time of the day.",
                   "PERIODIC",
                   false,
                   {"PERIODIC", "TIMED"}});
  specs.push_back({std::string(kReloadInterval), kDuration,
                   "FULL, PERIODIC: how long after it was read the table is read again; without it, never."});
  specs.push_back({std::string(kReloadTime), kString,
                   "FULL, TIMED: when the table is read again: '10:15', '10:15Z' or '10:15+02:00'."});
  specs.push_back({std::string(kReloadDays), kInt, "FULL, TIMED: every how many days.", "1"});
  return specs;
}

LookupCache lookup_cache(const Options& options) {
  LookupCache cache;
  const std::string& kind = options.text("lookup.cache");
  if (kind == "PARTIAL") cache.kind = LookupCache::Kind::kPartial;
  if (kind == "FULL") cache.kind = LookupCache::Kind::kFull;
  if (options.has("lookup.partial-cache.max-rows")) {
    cache.max_rows = options.integer("lookup.partial-cache.max-rows");
    if (*cache.max_rows <= 0)
      throw UserError(
          fmt::format("Option '{}' must be at least 1", options.full_name("lookup.partial-cache.max-rows")));
  }
  cache.expire_after_write_ms = positive_duration(options, "lookup.partial-cache.expire-after-write");
  cache.expire_after_access_ms = positive_duration(options, "lookup.partial-cache.expire-after-access");
  cache.cache_missing_key = options.boolean("lookup.partial-cache.cache-missing-key");
  if (cache.kind == LookupCache::Kind::kFull) cache.reload = reload_of(options);
  return cache;
}

}  // namespace tidemill
