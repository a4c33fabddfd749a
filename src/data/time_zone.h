// data/time_zone.h - time zones of the tz database. Rule: the only place that knows offsets; everything else is
// proleptic Gregorian arithmetic on zone-less numbers (data/calendar.h).
#pragma once
#include <cstdint>
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

}  // namespace tidemill
