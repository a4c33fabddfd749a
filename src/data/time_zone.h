// data/time_zone.h - time zones of the tz database. Rule: the only place that knows offsets; everything else is
// proleptic Gregorian arithmetic on zone-less numbers (data/calendar.h).
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tidemill {

// How a wall-clock reading that no instant or two instants have becomes an instant.
enum class LocalResolution : uint8_t {
  kJava,  // gap: moved later by the gap's length; overlap: the first of the two (java.time.ZonedDateTime.ofLocal)
  kWindowTimer,  // gap: the first instant after it; overlap: the second of the two (Flink's TimeWindowUtil)
};

// A time zone; a small value, free to copy, safe to use from any thread.
class TimeZone {
 public:
  TimeZone();  // UTC
  // Finds "Europe/Berlin", "UTC", "Z", "GMT+8", "UTC+08:00", "+08:00"; nullopt where there is no such zone.
  static std::optional<TimeZone> find(std::string_view id);

  const std::string& id() const;
  bool is_utc() const { return utc_; }
  // Returns the zone's offset east of UTC at an instant (seconds since the epoch), in seconds.
  int64_t offset_seconds(int64_t epoch_seconds) const;
  // Seconds since the epoch, `end` excluded, in which the offset is the same.
  struct OffsetInterval {
    int64_t begin = std::numeric_limits<int64_t>::min();
    int64_t end = std::numeric_limits<int64_t>::max();
    int64_t offset_seconds = 0;
  };
  // Returns the interval around an instant, in which offset_seconds() gives the same.
  OffsetInterval offset_interval(int64_t epoch_seconds) const;
  // Returns the wall-clock reading, as if it were UTC, of an instant. Both in milliseconds.
  EpochMillis to_local(EpochMillis instant) const;
  // Returns the instant of a wall-clock reading. Both in milliseconds.
  EpochMillis to_instant(EpochMillis local, LocalResolution resolution = LocalResolution::kJava) const;

 private:
  struct Zone;
  explicit TimeZone(std::shared_ptr<const Zone> zone);
  std::shared_ptr<const Zone> zone_;
  bool utc_ = true;
};

// Offsets of many instants: the zone is asked again only where they leave the interval of the last one.
class ZoneOffsets {
 public:
  // `zone` is borrowed.
  explicit ZoneOffsets(const TimeZone& zone) : zone_(zone) {}
  // Returns what zone.offset_seconds() does.
  int64_t at(int64_t epoch_seconds) {
    if (epoch_seconds < last_.begin || epoch_seconds >= last_.end) [[unlikely]]
      last_ = zone_.offset_interval(epoch_seconds);
    return last_.offset_seconds;
  }

 private:
  const TimeZone& zone_;
  TimeZone::OffsetInterval last_ = {0, 0, 0};  // empty
};

}  // namespace tidemill
