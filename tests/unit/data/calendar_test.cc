#include "data/calendar.h"

#include <gtest/gtest.h>

#include "data/time_zone.h"

namespace tidemill {
namespace {

TEST(Calendar, ConvertsBothWaysOverFourCenturiesAndBefore1970) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(2000, 3, 1), 11017);
  EXPECT_EQ(days_from_civil(1969, 12, 31), -1);
  EXPECT_EQ(days_from_civil(1, 1, 1), -719162);
  int32_t expected = days_from_civil(1599, 12, 31);
  for (int32_t year = 1600; year <= 2001; ++year) {
    for (int32_t month = 1; month <= 12; ++month) {
      for (int32_t day = 1; day <= days_in_month(year, month); ++day) {
        ASSERT_EQ(days_from_civil(year, month, day), ++expected);
        ASSERT_EQ(civil_from_days(expected), (CivilDate{year, month, day}));
      }
    }
  }
}

TEST(Calendar, KnowsWeeksAndDays) {
  const auto day = [](int32_t y, int32_t m, int32_t d) { return days_from_civil(y, m, d); };
  EXPECT_EQ(iso_day_of_week(day(2024, 1, 1)), 1);  // a Monday
  EXPECT_EQ(sql_day_of_week(day(2020, 1, 1)), 4);  // Wednesday, Sunday being 1
  EXPECT_EQ(iso_week(day(2020, 1, 1)), 1);
  EXPECT_EQ(iso_week(day(2021, 1, 1)), 53);
  EXPECT_EQ(iso_week_year(day(2021, 1, 1)), 2020);
  EXPECT_EQ(iso_week(day(2018, 12, 31)), 1);
  EXPECT_EQ(iso_week_year(day(2018, 12, 31)), 2019);
  EXPECT_EQ(day_of_year(day(2020, 12, 31)), 366);
  EXPECT_EQ(iso_day_of_week(day(1969, 12, 28)), 7);
}

TEST(Calendar, AddsMonthsToTheLastDayThatExists) {
  const auto added = [](int32_t y, int32_t m, int32_t d, int64_t months) {
    return civil_from_days(add_months(days_from_civil(y, m, d), months));
  };
  EXPECT_EQ(added(2020, 1, 31, 1), (CivilDate{2020, 2, 29}));
  EXPECT_EQ(added(2020, 3, 31, -1), (CivilDate{2020, 2, 29}));
  EXPECT_EQ(added(2020, 2, 29, 12), (CivilDate{2021, 2, 28}));
  EXPECT_EQ(added(2020, 1, 15, -13), (CivilDate{2018, 12, 15}));
}

TEST(Calendar, SplitsAndCutsTimestampsTowardsThePast) {
  EXPECT_EQ(split_timestamp<int64_t>(-1, 3), (SecondsAndNanos{-1, 999000000}));
  EXPECT_EQ(split_timestamp<int64_t>(1500001, 6), (SecondsAndNanos{1, 500001000}));
  EXPECT_EQ(split_timestamp<int128>(-1, 9), (SecondsAndNanos{-1, 999999999}));
  EXPECT_EQ(static_cast<int64_t>(join_timestamp({-1, 999999999}, 0)), -1000);
  EXPECT_EQ(static_cast<int64_t>(join_timestamp({1, 123456789}, 5)), 1123450);
  EXPECT_EQ(static_cast<int64_t>(rescale_timestamp(1999, 3, 0)), 1000);
}

TEST(TimeZone, ResolvesGapsAndOverlapsAsJavaOrAsWindowTimers) {
  const TimeZone berlin = *TimeZone::find("Europe/Berlin");
  const EpochMillis in_gap = 1711852200000;             // the reading 2024-03-31 02:30:00
  const EpochMillis in_overlap = 1729996200000;         // the reading 2024-10-27 02:30:00
  EXPECT_EQ(berlin.to_instant(in_gap), 1711848600000);  // 03:30 summer time
  EXPECT_EQ(berlin.to_instant(in_gap, LocalResolution::kWindowTimer),
            1711846800000);                                 // the first instant after the gap
  EXPECT_EQ(berlin.to_instant(in_overlap), 1729989000000);  // the first of the two
  EXPECT_EQ(berlin.to_instant(in_overlap, LocalResolution::kWindowTimer), 1729992600000);  // the second
  EXPECT_EQ(berlin.to_local(1711846800000), 1711854000000);                                // 03:00, just after the gap
  EXPECT_EQ(berlin.offset_seconds(1704067200), 3600);
  EXPECT_EQ(berlin.to_instant(1704067200123), 1704063600123);  // milliseconds are kept
}

TEST(TimeZone, GivesTheIntervalInWhichAnOffsetHolds) {
  for (const char* id :
       {"UTC", "+05:30", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"}) {
    const TimeZone zone = *TimeZone::find(id);
    ZoneOffsets offsets(zone);
    const auto check = [&](int64_t seconds) {
      ASSERT_EQ(offsets.at(seconds), zone.offset_seconds(seconds)) << id << " at " << seconds;
    };
    // Every week from 1850 to 2700, and both sides of every change that the intervals tell.
    constexpr int64_t kWeek = 7 * kSecondsPerDay;
    for (int64_t seconds = -3'786'825'600; seconds < 23'036'745'600; seconds += kWeek) {
      check(seconds);
      const TimeZone::OffsetInterval interval = zone.offset_interval(seconds);
      ASSERT_TRUE(interval.begin <= seconds && seconds < interval.end) << id << " at " << seconds;
      for (const int64_t edge : {interval.begin, interval.end}) {
        if (edge < -4'000'000'000 || edge > 24'000'000'000) continue;
        check(edge - 1);
        check(edge);
      }
    }
    const TimeZone::OffsetInterval summer = zone.offset_interval(1'720'000'000);
    if (zone.id() == "Europe/Berlin") {
      EXPECT_EQ(summer.begin, 1'711'846'800);
      EXPECT_EQ(summer.end, 1'729'990'800);
      EXPECT_EQ(summer.offset_seconds, 7200);
    }
  }
}

TEST(TimeZone, FindsRegionsAndOffsetsOnly) {
  const auto offset = [](const char* id) { return TimeZone::find(id)->offset_seconds(0); };
  EXPECT_EQ(offset("UTC"), 0);
  EXPECT_EQ(offset("+02:00"), 7200);
  EXPECT_EQ(offset("GMT+8"), 28800);
  EXPECT_EQ(offset("UTC-03:30"), -12600);
  EXPECT_TRUE(TimeZone::find("Z")->is_utc());
  for (const char* bad :
       {"", "Mars/Olympus", "file:/etc/passwd", "/etc/localtime", "../etc/passwd", "localtime", "+19", "UTC+"}) {
    EXPECT_FALSE(TimeZone::find(bad)) << bad;
  }
}

}  // namespace
}  // namespace tidemill
