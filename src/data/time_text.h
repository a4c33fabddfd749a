// data/time_text.h - dates and times as text, both ways: what CAST and the formats read and write. Rule: pure functions
// of the text; a reader returns nullopt for anything that is not wholly of the form.
//
// Units: dates are days since 1970-01-01, times of day milliseconds; SecondsAndNanos and physical timestamps as in
// data/calendar.h. Zone-less readings are taken as if they were UTC.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/int128.h"
#include "data/calendar.h"

namespace tidemill {

// The forms of data formats (Flink: json.timestamp-format.standard).
enum class TimestampForm : uint8_t {
  kSql,      // 2020-01-05 10:00:00[.f…], up to 9 fraction digits
  kIso8601,  // 2020-01-05T10:00[:00[.f…]]
};

// Reads a zone-less timestamp.
std::optional<SecondsAndNanos> parse_timestamp(std::string_view text, TimestampForm form);
// Reads an instant: the form followed by Z, or (kIso8601) by an offset such as +01:00 or +0100.
std::optional<SecondsAndNanos> parse_instant(std::string_view text, TimestampForm form);
// Reads yyyy-MM-dd.
std::optional<int32_t> parse_date(std::string_view text);
// Reads HH:mm:ss[.fff…]; digits after the third are dropped.
std::optional<int32_t> parse_time(std::string_view text);

// What CAST(text AS …) reads (Flink: DateTimeUtils): yyyy[-M[M][-d[d]]], one-digit parts, a missing time of day; a time
// may be HH, HH:mm or HH:mm:ss; 24:00:00 is the next midnight; in a timestamp a day beyond its month's last is that
// last.
std::optional<SecondsAndNanos> parse_timestamp_cast(std::string_view text);
std::optional<int32_t> parse_date_cast(std::string_view text);
std::optional<int32_t> parse_time_cast(std::string_view text);

// Appends yyyy-MM-dd; years above 9999 carry a plus sign.
void append_date(std::string& out, int32_t days);
// Appends HH:mm:ss and, where precision > 0, from one to `precision` fraction digits, as many as are needed: CAST's
// text.
void append_time(std::string& out, int32_t milliseconds, int32_t precision);
// Appends yyyy-MM-dd HH:mm:ss and exactly `precision` fraction digits: the text of CAST.
void append_timestamp(std::string& out, int128 value, int32_t precision);
// Appends a timestamp as a format writes it: as many fraction digits as needed; with Z where it is an instant.
void append_timestamp(std::string& out, int128 value, int32_t precision, TimestampForm form, bool is_instant);

// Appends timestamps as append_timestamp of a form does; those of one minute share what comes before its seconds.
class TimestampTexts {
 public:
  TimestampTexts(int32_t precision, TimestampForm form, bool is_instant)
      : precision_(precision), form_(form), is_instant_(is_instant) {}
  // T: int64_t or int128.
  template <class T>
  void append(std::string& out, T value) {
    append(out, split_timestamp(value, precision_));
  }

 private:
  void append(std::string& out, const SecondsAndNanos& moment);

  int32_t precision_;
  TimestampForm form_;
  bool is_instant_;
  int64_t minute_ = 0;        // of up_to_minute_
  std::string up_to_minute_;  // 2020-01-05 10:00: ; empty: none yet
};

// Appends as java.time prints: LocalTime 08:05, LocalDateTime 2020-04-15T08:05:00.120, Instant 2020-04-15T08:05:00Z
// (fractions in groups of three), Duration PT26H3M4.567S, Period P14M.
void append_local_time(std::string& out, int32_t milliseconds);
void append_local_date_time(std::string& out, int128 value, int32_t precision);
void append_instant(std::string& out, int128 value, int32_t precision);
void append_duration(std::string& out, int64_t milliseconds);
void append_period(std::string& out, int32_t months);

// Appends the text of CAST for intervals: "+1 02:03:04.567", "+1-02".
void append_interval_day_time(std::string& out, int64_t milliseconds);
void append_interval_year_month(std::string& out, int32_t months);

}  // namespace tidemill
