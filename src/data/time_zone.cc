#include "data/time_zone.h"

#include <absl/time/time.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "data/calendar.h"

namespace tidemill {
namespace {

// Reads the ISO offsets that java.time.ZoneId takes, "+8", "+08", "+08:00", "-03:30", "+08:00:30", as seconds.
std::optional<int32_t> parse_offset(std::string_view text) {
  if (text.size() < 2 || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int32_t sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  int32_t parts[3] = {0, 0, 0};
  for (int32_t i = 0; i < 3; ++i) {
    const size_t digits = i == 0 && (text.size() == 1 || text[1] == ':') ? 1 : 2;
    if (text.size() < digits) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, parts[i]);
    if (error != std::errc() || end != text.data() + digits) return std::nullopt;
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text.front() == ':') text.remove_prefix(1);
  }
  if (!text.empty() || parts[0] > 18 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
}

std::optional<absl::TimeZone> load(std::string_view id) {
  if (id == "Z" || id == "UTC" || id == "GMT" || id == "UT") return absl::UTCTimeZone();
  for (const std::string_view prefix : {"UTC", "GMT", "UT", ""}) {
    if (!id.starts_with(prefix)) continue;
    if (const auto offset = parse_offset(id.substr(prefix.size()))) return absl::FixedTimeZone(*offset);
  }
  // Names of the tz database only: Abseil would also open "file:…" and "localtime".
  const auto in_names = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '/' || c == '_' || c == '-' || c == '+';
  };
  if (id.empty() || id.front() == '/' || id == "localtime" || !std::ranges::all_of(id, in_names)) return std::nullopt;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(std::string(id), &zone)) return std::nullopt;
  return zone;
}

}  // namespace

struct TimeZone::Zone {
  absl::TimeZone zone;
  std::string id;
};

TimeZone::TimeZone() : TimeZone(std::make_shared<const Zone>(Zone{absl::UTCTimeZone(), "UTC"})) { utc_ = true; }

TimeZone::TimeZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)), utc_(false) {}

std::optional<TimeZone> TimeZone::find(std::string_view id) {
  const auto zone = load(id);
  if (!zone) return std::nullopt;
  TimeZone result(std::make_shared<const Zone>(Zone{*zone, std::string(id)}));
  result.utc_ = *zone == absl::UTCTimeZone();
  return result;
}

const std::string& TimeZone::id() const { return zone_->id; }

int64_t TimeZone::offset_seconds(int64_t epoch_seconds) const {
  if (utc_) return 0;
  return zone_->zone.At(absl::FromUnixSeconds(epoch_seconds)).offset;
}

TimeZone::OffsetInterval TimeZone::offset_interval(int64_t epoch_seconds) const {
  // Up to here the database lists every transition; later ones follow from a rule that it does not list.
  constexpr int64_t kListedUntil = 7'258'118'400;  // 2200-01-01
  OffsetInterval interval;
  if (utc_) return interval;
  interval.offset_seconds = offset_seconds(epoch_seconds);
  interval.end = kListedUntil;
  const auto instant_of = [&](const absl::CivilSecond& local) {
    return (local - absl::CivilSecond(1970, 1, 1)) - interval.offset_seconds;
  };
  // A transition tells the wall clock on both sides; the offset on our side is the one known.
  absl::TimeZone::CivilTransition transition;
  if (zone_->zone.NextTransition(absl::FromUnixSeconds(epoch_seconds), &transition))
    interval.end = std::min(interval.end, instant_of(transition.from));
  if (zone_->zone.PrevTransition(absl::FromUnixSeconds(epoch_seconds + 1), &transition))
    interval.begin = instant_of(transition.to);
  if (epoch_seconds < interval.end) return interval;
  return {epoch_seconds, epoch_seconds + 1, interval.offset_seconds};
}

EpochMillis TimeZone::to_local(EpochMillis instant) const {
  if (utc_) return instant;
  return instant + offset_seconds(floor_div(instant, kMillisPerSecond)) * kMillisPerSecond;
}

EpochMillis TimeZone::to_instant(EpochMillis local, LocalResolution resolution) const {
  if (utc_) return local;
  const int64_t local_seconds = floor_div(local, kMillisPerSecond);
  const int64_t millis = local - local_seconds * kMillisPerSecond;
  const auto info = zone_->zone.At(absl::CivilSecond(1970, 1, 1) + local_seconds);
  int64_t seconds = absl::ToUnixSeconds(info.pre);
  if (info.kind != absl::TimeZone::TimeInfo::UNIQUE && resolution == LocalResolution::kWindowTimer) {
    if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return absl::ToUnixMillis(info.trans);
    seconds = absl::ToUnixSeconds(info.post);
  }
  return seconds * kMillisPerSecond + millis;
}

}  // namespace tidemill
