// Dates and times as text; the readings of CAST and the printed forms were observed on Flink 2.3 and a JVM.
#include "data/time_text.h"

#include <gtest/gtest.h>

#include "data/utf8.h"

namespace tidemill {
namespace {

std::string shown(std::optional<SecondsAndNanos> moment) {
  if (!moment) return "null";
  std::string out;
  append_timestamp(out, join_timestamp(*moment, 9), 9, TimestampForm::kSql, false);
  return out;
}
std::string shown_date(std::optional<int32_t> days) {
  std::string out;
  days ? append_date(out, *days) : void(out = "null");
  return out;
}
std::string shown_time(std::optional<int32_t> milliseconds) {
  std::string out;
  milliseconds ? append_local_time(out, *milliseconds) : void(out = "null");
  return out;
}

TEST(TimeText, ReadsTheSqlForm) {
  const auto read = [](const char* text) { return shown(parse_timestamp(text, TimestampForm::kSql)); };
  EXPECT_EQ(read("2020-01-05 10:00:00"), "2020-01-05 10:00:00");
  EXPECT_EQ(read("1969-12-31 23:59:59.999999999"), "1969-12-31 23:59:59.999999999");
  EXPECT_EQ(read("0001-01-01 00:00:00.5"), "0001-01-01 00:00:00.5");
  for (const char* bad :
       {"", "2020-01-05", "2020-01-05T10:00:00", "2020-1-5 10:00:00", "2020-02-30 10:00:00", "2020-01-05 24:00:00",
        "2020-01-05 10:00", "2020-01-05 10:00:00Z", "2020-01-05 10:00:00.", "2020-01-05 10:00:00.1234567890",
        " 2020-01-05 10:00:00", "2020-01-05 10:00:00 ", "2020-01-05 10:60:00", "20200105 100000"}) {
    EXPECT_EQ(read(bad), "null") << bad;
  }
}

// Timestamps of the usual lengths have a reader of their own; with an offset behind them they are read by the general
// one.
TEST(TimeText, ReadsUsualLengthsAsItReadsAllOthers) {
  const auto check = [](const std::string& text, TimestampForm form) {
    EXPECT_EQ(shown(parse_timestamp(text, form)), shown(parse_instant(text + "Z", form))) << text;
  };
  for (const TimestampForm form : {TimestampForm::kSql, TimestampForm::kIso8601}) {
    const std::string right = form == TimestampForm::kSql ? "2020-02-29 13:57:08.246" : "2020-02-29T13:57:08.246";
    for (const size_t size : {right.size(), size_t{19}}) {
      for (size_t at = 0; at < size; ++at) {
        std::string text = right.substr(0, size);
        for (int c = 0; c < 256; ++c) {
          text[at] = static_cast<char>(c);
          check(text, form);
        }
      }
    }
    for (const char* date : {"0000-01-01", "9999-12-31", "2100-02-29", "2000-02-29", "2021-04-31", "2021-13-01"})
      check(date + right.substr(10), form);
  }
}

TEST(TimeText, ReadsIso8601AndOffsets) {
  const auto local = [](const char* text) { return shown(parse_timestamp(text, TimestampForm::kIso8601)); };
  const auto instant = [](const char* text, TimestampForm form = TimestampForm::kIso8601) {
    return shown(parse_instant(text, form));
  };
  EXPECT_EQ(local("2020-01-05T10:00:00.123"), "2020-01-05 10:00:00.123");
  EXPECT_EQ(local("2020-01-05T10:00"), "2020-01-05 10:00:00");
  EXPECT_EQ(local("2020-01-05 10:00:00"), "null");
  EXPECT_EQ(local("2020-01-05T10:00:00Z"), "null");
  EXPECT_EQ(instant("2020-01-05T10:00:00Z"), "2020-01-05 10:00:00");
  EXPECT_EQ(instant("2020-01-05T10:00:00.5+01:00"), "2020-01-05 09:00:00.5");
  EXPECT_EQ(instant("2020-01-05T23:00:00-0330"), "2020-01-06 02:30:00");
  EXPECT_EQ(instant("2020-01-05T10:00:00+02"), "2020-01-05 08:00:00");
  EXPECT_EQ(instant("2020-01-05T10:00:00"), "null");
  EXPECT_EQ(instant("2020-01-05T10:00:00+19:00"), "null");
  EXPECT_EQ(instant("2020-01-05T10:00:00+01:00x"), "null");
  EXPECT_EQ(instant("2020-01-05 10:00:00Z", TimestampForm::kSql), "2020-01-05 10:00:00");
  EXPECT_EQ(instant("2020-01-05 10:00:00+01:00", TimestampForm::kSql), "null");
}

TEST(TimeText, ReadsWhatCastReads) {
  const auto stamp = [](const char* text) { return shown(parse_timestamp_cast(text)); };
  EXPECT_EQ(stamp("2020-01-05"), "2020-01-05 00:00:00");
  EXPECT_EQ(stamp("2020-1-5 1:2:3"), "2020-01-05 01:02:03");
  EXPECT_EQ(stamp("2020-02-30 10:00:00"), "2020-02-29 10:00:00");
  EXPECT_EQ(stamp("2020-01-05 24:00:00"), "2020-01-06 00:00:00");
  EXPECT_EQ(stamp("2020-01-05 10:00:00."), "2020-01-05 10:00:00");
  for (const char* bad :
       {"2020-01-05T10:00:00", "2020-01-05 10:00", "2020-01-05 10:00:00Z", " 2020-01-05 10:00:00", "2020-01-05 10",
        "2020-01-05 10:00:00+01:00", "2020-01-32", "2020-13-01", "x", "2020-01-05 10:00:00.1234567891"}) {
    EXPECT_EQ(stamp(bad), "null") << bad;
  }
  const auto date = [](const char* text) { return shown_date(parse_date_cast(text)); };
  EXPECT_EQ(date("2020-1-5"), "2020-01-05");
  EXPECT_EQ(date("2020-01-05 10:00:00"), "2020-01-05");
  EXPECT_EQ(date("2020"), "2020-01-01");
  EXPECT_EQ(date("2020-02"), "2020-02-01");
  EXPECT_EQ(date(" 2020-01-05 "), "2020-01-05");
  EXPECT_EQ(date("20-01-05"), "0020-01-05");
  for (const char* bad :
       {"2020-02-30", "12020-01-01", "2020-13-01", "2020-01-05x", "2020-01-05T10:00:00", "-2020-01-05", ""}) {
    EXPECT_EQ(date(bad), "null") << bad;
  }
  const auto time = [](const char* text) { return shown_time(parse_time_cast(text)); };
  EXPECT_EQ(time("10:00"), "10:00");
  EXPECT_EQ(time("1:2:3"), "01:02:03");
  EXPECT_EQ(time("10:00:00.123"), "10:00:00.123");
  EXPECT_EQ(time("10"), "10:00");
  EXPECT_EQ(time(" 10:00:00 "), "10:00");
  for (const char* bad : {"25:00:00", "2020-01-01 10:00:00", "10:00:60", "x", ""}) EXPECT_EQ(time(bad), "null") << bad;
}

template <class Append, class... Arguments>
std::string written(Append append, Arguments... arguments) {
  std::string out;
  append(out, arguments...);
  return out;
}

TEST(TimeText, PrintsAsJavaTime) {
  EXPECT_EQ(written(append_local_date_time, 1586937900000, 3), "2020-04-15T08:05");
  EXPECT_EQ(written(append_local_date_time, 1586937900120, 3), "2020-04-15T08:05:00.120");
  EXPECT_EQ(written(append_local_date_time, 1586937901123456, 6), "2020-04-15T08:05:01.123456");
  EXPECT_EQ(written(append_instant, 0, 3), "1970-01-01T00:00:00Z");
  EXPECT_EQ(written(append_instant, 1500, 3), "1970-01-01T00:00:01.500Z");
  EXPECT_EQ(written(append_local_time, 29101000), "08:05:01");
  EXPECT_EQ(written(append_date, days_from_civil(10000, 1, 1)), "+10000-01-01");
  EXPECT_EQ(written(append_date, days_from_civil(-5, 1, 1)), "-0005-01-01");
  EXPECT_EQ(written(append_duration, 93784567), "PT26H3M4.567S");
  EXPECT_EQ(written(append_duration, -93784567), "PT-26H-3M-4.567S");
  EXPECT_EQ(written(append_duration, -500), "PT-0.5S");
  EXPECT_EQ(written(append_duration, 3600500), "PT1H0.5S");
  EXPECT_EQ(written(append_duration, 90000), "PT1M30S");
  EXPECT_EQ(written(append_duration, 0), "PT0S");
  EXPECT_EQ(written(append_period, -14), "P-14M");
  EXPECT_EQ(written(append_period, 0), "P0D");
}

TEST(TimeText, PrintsAsCast) {
  const auto stamp = [](std::string& out, int128 value, int32_t precision) { append_timestamp(out, value, precision); };
  EXPECT_EQ(written(stamp, 1586937900000, 0), "2020-04-15 08:05:00");
  EXPECT_EQ(written(stamp, 1586937900100, 1), "2020-04-15 08:05:00.1");
  EXPECT_EQ(written(stamp, 1586937900120000000, 9), "2020-04-15 08:05:00.120000000");
  EXPECT_EQ(written(append_time, 36672000, 0), "10:11:12");
  EXPECT_EQ(written(append_time, 36672000, 3), "10:11:12.0");
  EXPECT_EQ(written(append_time, 36672120, 3), "10:11:12.12");
  EXPECT_EQ(written(append_interval_day_time, 86400000), "+1 00:00:00.000");
  EXPECT_EQ(written(append_interval_day_time, -93784567), "-1 02:03:04.567");
  EXPECT_EQ(written(append_interval_year_month, 14), "+1-02");
  EXPECT_EQ(written(append_interval_year_month, -14), "-1-02");
}

TEST(TimeText, WritesTheFormatsForms) {
  const auto write = [](int128 value, int32_t precision, TimestampForm form, bool instant) {
    std::string out;
    append_timestamp(out, value, precision, form, instant);
    return out;
  };
  EXPECT_EQ(write(1586937900000, 3, TimestampForm::kSql, false), "2020-04-15 08:05:00");
  EXPECT_EQ(write(1586937900120, 3, TimestampForm::kSql, true), "2020-04-15 08:05:00.12Z");
  EXPECT_EQ(write(1586937900120, 3, TimestampForm::kIso8601, false), "2020-04-15T08:05:00.12");
}

// Before and after 1970, within a minute, over its end, and back.
TEST(TimeText, TimestampsOfOneMinuteShareItsText) {
  const std::vector<int64_t> seconds = {0,   59,         60,         61,         -1, -60,
                                        -61, 1586937900, 1586937959, 1586937960, 0,  -62167219200};
  for (const TimestampForm form : {TimestampForm::kSql, TimestampForm::kIso8601}) {
    for (const bool instant : {false, true}) {
      TimestampTexts texts(3, form, instant);
      for (const int64_t second : seconds) {
        for (const int64_t milli : {0, 5, 120, 999}) {
          std::string alone, among;
          append_timestamp(alone, second * 1000 + milli, 3, form, instant);
          texts.append(among, second * 1000 + milli);
          EXPECT_EQ(among, alone);
        }
      }
    }
  }
  std::string out;
  append_timestamp(out, int64_t{-1}, 3, TimestampForm::kSql, false);
  EXPECT_EQ(out, "1969-12-31 23:59:59.999");
}

TEST(TimeText, WritesAsManyFractionDigitsAsAreNeeded) {
  for (int64_t milli = 0; milli < 1000; ++milli) {
    std::string fraction = milli == 0 ? "" : fmt::format(".{:03}", milli);
    while (fraction.ends_with('0')) fraction.pop_back();
    std::string of_millis, of_nanos;
    append_timestamp(of_millis, milli, 3, TimestampForm::kSql, false);
    append_timestamp(of_nanos, milli * 1'000'000, 9, TimestampForm::kSql, false);
    EXPECT_EQ(of_millis, "1970-01-01 00:00:00" + fraction);
    EXPECT_EQ(of_nanos, of_millis);
  }
  std::string out;
  append_timestamp(out, 120'450'780, 9, TimestampForm::kSql, false);
  EXPECT_EQ(out, "1970-01-01 00:00:00.12045078");
}

TEST(Utf8, CountsCutsAndRepairs) {
  EXPECT_EQ(utf8_length("aé€😀"), 4);
  EXPECT_EQ(utf8_prefix("aé€😀", 2), 3u);
  EXPECT_EQ(utf8_prefix("ab", 5), 2u);
  EXPECT_TRUE(is_valid_utf8("aé€😀"));
  for (const char* bad : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"})
    EXPECT_FALSE(is_valid_utf8(bad));
  std::string out;
  for (const uint32_t point : {0x41u, 0xE9u, 0x20ACu, 0x1F600u}) append_utf8(out, point);
  EXPECT_EQ(out, "Aé€😀");
}

}  // namespace
}  // namespace tidemill
