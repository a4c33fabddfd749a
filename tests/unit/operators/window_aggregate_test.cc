#include <gtest/gtest.h>

#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

OperatorCase case_of(const AggregationText& text, const WindowAggregateSpec& spec) {
  return OperatorCase([spec] { return make_operator(spec); }, {.inputs = {text.input()}, .output = spec.schema});
}

AggregationText counts_and_sums() {
  AggregationText text("k STRING, x INT, ts TIMESTAMP(3)");
  text.keys("k").aggregate("COUNT(*)").aggregate("SUM(x)");
  return text;
}

constexpr std::string_view kSampleRows = R"(
  a | 1    | 2020-01-01 00:00:00
  b | 5    | 2020-01-01 00:00:01
  a | 3    | 2020-01-01 00:00:01.500
  a | NULL | 2020-01-01 00:00:03.500
  b | 5    | 2020-01-01 00:00:01
  a | 3    | 2020-01-01 00:00:05
  a | -4   | 2020-01-01 00:00:06
  NULL | 9 | 2020-01-01 00:00:08)";

TEST(WindowAggregate, TumbleDropsRowsOfWindowsThatClosedByTheirOwnWatermark) {
  const AggregationText text = counts_and_sums();
  OperatorCase test = case_of(text, text.windows(tumble(2 * kSecond)));
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 1000});
  test.rows(kSampleRows);
  // The second b came when the watermark was 00:00:02.500.
  test.expect(R"(
    a | 2 | 4 | 2020-01-01 00:00:00 | 2020-01-01 00:00:02
    b | 1 | 5 | 2020-01-01 00:00:00 | 2020-01-01 00:00:02
    a | 1 | NULL | 2020-01-01 00:00:02 | 2020-01-01 00:00:04
    a | 1 | 3 | 2020-01-01 00:00:04 | 2020-01-01 00:00:06)");
  test.expect_late(1);
  test.finish();
  test.expect(R"(
    a | 1 | -4 | 2020-01-01 00:00:06 | 2020-01-01 00:00:08
    NULL | 1 | 9 | 2020-01-01 00:00:08 | 2020-01-01 00:00:10)");
  test.run();
}

TEST(WindowAggregate, WindowFiresWhenTheWatermarkIsItsLastMillisecond) {
  const AggregationText text = counts_and_sums();
  OperatorCase test = case_of(text, text.windows(tumble(10 * kSecond), true));
  test.rows("a | 1 | T9999");
  test.watermark(9998);
  test.expect("");
  test.watermark(9999);
  test.expect("a | 1 | 1 | T0 | T10000 | T9999");
  test.rows("a | 1 | T9999");
  test.expect_late(1);
  test.finish();
  test.expect("");
  test.run();
}

TEST(WindowAggregate, OffsetsAreTakenModuloTheSize) {
  // Flink's documentation: 00:00:04 in windows of 10 minutes with offset 4, -6 and -16 minutes.
  for (const DurationMillis offset : {4 * kMinute, -6 * kMinute, -16 * kMinute}) {
    const AggregationText text = counts_and_sums();
    OperatorCase test = case_of(text, text.windows(tumble(10 * kMinute, offset)));
    test.rows("a | 1 | 2020-01-01 00:00:04\n a | 2 | 1969-12-31 23:59:59");
    test.finish();
    test.expect(R"(
      a | 1 | 2 | 1969-12-31 23:54:00 | 1970-01-01 00:04:00
      a | 1 | 1 | 2019-12-31 23:54:00 | 2020-01-01 00:04:00)");
    test.run();
  }
}

TEST(WindowAggregate, HopCountsAPartlyLateRowInTheWindowsStillOpen) {
  const AggregationText text = counts_and_sums();
  OperatorCase test = case_of(text, text.windows(hop(5 * kSecond, 15 * kSecond)));
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 0});
  test.rows(R"(
    a | 1 | T1000
    a | 2 | T9999
    a | 10 | T2000
    b | 20 | T4999
    a | 4 | T14999
    a | 40 | T0
    a | 8 | T30000)");
  // At w = 9999 the windows up to 10000 have closed: rows of slice 5000 count in the one up to 15000 only. At w = 14999
  // that has closed too.
  test.expect(R"(
    a | 1 | 1 | T-10000 | T5000
    a | 2 | 3 | T-5000 | T10000
    a | 4 | 17 | T0 | T15000
    a | 2 | 6 | T5000 | T20000
    a | 1 | 4 | T10000 | T25000
    b | 1 | 20 | T0 | T15000)");
  test.expect_late(1);
  test.finish();
  test.expect(R"(
    a | 1 | 8 | T20000 | T35000
    a | 1 | 8 | T25000 | T40000
    a | 1 | 8 | T30000 | T45000)");
  test.run();
}

TEST(WindowAggregate, CumulateFiresEachStepForEveryKeySeenEvenUnchanged) {
  const AggregationText text = counts_and_sums();
  OperatorCase test = case_of(text, text.windows(cumulate(5 * kSecond, 15 * kSecond)));
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 0});
  test.rows(R"(
    a | 1 | T1000
    b | 2 | T6000
    a | 3 | T2000
    a | 4 | T10000
    b | 5 | T3000
    a | 6 | T15000
    b | 7 | T14000)");
  test.expect(R"(
    a | 1 | 1 | T0 | T5000
    a | 2 | 4 | T0 | T10000
    a | 3 | 8 | T0 | T15000
    b | 1 | 2 | T0 | T10000
    b | 2 | 7 | T0 | T15000)");
  test.expect_late(1);
  test.finish();
  test.expect(R"(
    a | 1 | 6 | T15000 | T20000
    a | 1 | 6 | T15000 | T25000
    a | 1 | 6 | T15000 | T30000)");
  test.run();
}

TEST(WindowAggregate, RetractedRowsLeaveTheirWindowAndEmptyKeysGiveNothing) {
  // As Flink 2.3 gives it for the same changes, z's lone retraction included.
  AggregationText text("k STRING, x INT, ts TIMESTAMP(3)");
  text.keys("k").aggregate("COUNT(*)").aggregate("SUM(x)").aggregate("MIN(x)");
  WindowAggregateSpec spec = text.windows(hop(5 * kMinute, 10 * kMinute));
  spec.input_retracts = true;
  OperatorCase test = case_of(text, spec);
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 1000});
  test.rows(R"(
    +I | a | 1 | 2020-01-01 00:01:00
    +I | b | 2 | 2020-01-01 00:02:00
    +I | b | 5 | 2020-01-01 00:03:00
    -D | a | 1 | 2020-01-01 00:01:00
    -U | b | 5 | 2020-01-01 00:03:00
    +U | b | 7 | 2020-01-01 00:03:00
    +I | c | 1 | 2020-01-01 00:04:00
    -U | c | 1 | 2020-01-01 00:04:00
    +U | c | 9 | 2020-01-01 00:04:30
    -D | z | 3 | 2020-01-01 00:05:00
    +I | d | 1 | 2020-01-01 00:12:00
    -D | d | 1 | 2020-01-01 00:12:00
    +I | e | 4 | 2020-01-01 00:13:00)");
  test.finish();
  test.expect(R"(
    b | 2 | 9 | 2 | 2019-12-31 23:55:00 | 2020-01-01 00:05:00
    b | 2 | 9 | 2 | 2020-01-01 00:00:00 | 2020-01-01 00:10:00
    c | 1 | 9 | 9 | 2019-12-31 23:55:00 | 2020-01-01 00:05:00
    c | 1 | 9 | 9 | 2020-01-01 00:00:00 | 2020-01-01 00:10:00
    e | 1 | 4 | 4 | 2020-01-01 00:05:00 | 2020-01-01 00:15:00
    e | 1 | 4 | 4 | 2020-01-01 00:10:00 | 2020-01-01 00:20:00
    z | -1 | -3 | NULL | 2020-01-01 00:00:00 | 2020-01-01 00:10:00
    z | -1 | -3 | NULL | 2020-01-01 00:05:00 | 2020-01-01 00:15:00)");
  test.run();
}

TEST(WindowAggregate, DistinctAndFilterAndTextsMergeAcrossSlices) {
  AggregationText text("k STRING, x INT, s STRING, f BOOLEAN, ts TIMESTAMP(3)");
  text.keys("k")
      .aggregate("COUNT(DISTINCT x)")
      .aggregate("SUM(DISTINCT x)")
      .aggregate("COUNT(x) FILTER f")
      .aggregate("MAX(s)");
  for (const WindowDefinition& window : {hop(5 * kSecond, 10 * kSecond), cumulate(5 * kSecond, 10 * kSecond)}) {
    OperatorCase test = case_of(text, text.windows(window));
    test.compare_by({0});
    test.rows(R"(
      a | 1 | short | TRUE | T1000
      a | 1 | a text that is longer than twelve bytes | FALSE | T2000
      a | 2 | NULL | NULL | T3000
      a | 1 | b text that is longer than twelve bytes | TRUE | T6000
      a | 3 | x | FALSE | T7000
      a | NULL | y | TRUE | T8000)");
    const bool is_hop = window.kind == WindowKind::kHop;
    test.watermark(9999);
    test.expect(fmt::format(R"(
      a | 2 | 3 | 1 | short | {} | T5000
      a | 3 | 6 | 2 | y | T0 | T10000)",
                            is_hop ? "T-5000" : "T0"));
    test.finish();
    test.expect(is_hop ? "a | 2 | 4 | 1 | y | T5000 | T15000" : "");
    test.run();
  }
}

TEST(WindowAggregate, GlobalWindowsHaveNoKeys) {
  AggregationText text("x DOUBLE, ts TIMESTAMP(3)");
  text.aggregate("COUNT(*)").aggregate("SUM(x)");
  OperatorCase test = case_of(text, text.windows(tumble(kSecond)));
  test.rows("1.5 | T0\n 2.5 | T999\n NULL | T1000");
  test.finish();
  test.expect("2 | 4.0 | T0 | T1000\n 1 | NULL | T1000 | T2000");
  test.run();
}

TEST(WindowAggregate, ANullEventTimeIsAnError) {
  const AggregationText text = counts_and_sums();
  const WindowAggregateSpec spec = text.windows(tumble(kSecond));
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  EXPECT_THROW(harness.push("a | 1 | NULL"), UserError);
}

TEST(WindowAggregate, ProcessingTimeWindowsFireByTheClockAndNotAtTheEnd) {
  AggregationText text("k STRING, x INT");
  text.keys("k").aggregate("COUNT(*)").aggregate("SUM(x)");
  WindowDefinition window = hop(5 * kSecond, 10 * kSecond);
  window.processing_time = true;
  OperatorCase test = case_of(text, text.windows(window));
  test.compare_by({0});
  test.set_time(1000);
  test.rows("a | 1\n b | 2");
  test.set_time(4998);
  test.expect("");
  test.set_time(4999);
  test.expect("a | 1 | 1 | T-5000 | T5000\n b | 1 | 2 | T-5000 | T5000");
  test.set_time(7000);
  test.rows("a | 10");
  test.set_time(20000);
  test.expect("a | 2 | 11 | T0 | T10000\n a | 1 | 10 | T5000 | T15000\n b | 1 | 2 | T0 | T10000");
  test.rows("c | 5\n c | 6");
  test.finish();
  test.expect("");
  test.expect_counter("numRecordsLeftInOpenWindows", 2);
  test.run();
}

TEST(WindowAggregate, ZonedWindowsFollowTheWallClockThroughDaylightSaving) {
  // As Flink 2.3 gives it for Europe/Berlin.
  AggregationText text("k STRING, ts TIMESTAMP_LTZ(3)");
  text.keys("k").aggregate("COUNT(*)");
  WindowDefinition window = hop(kHour, 2 * kHour);
  window.zoned = true;
  const WindowAggregateSpec spec = text.windows(window, true);
  const TimeZone berlin = *TimeZone::find("Europe/Berlin");
  OperatorCase spring([spec] { return make_operator(spec); },
                      {.inputs = {text.input()}, .output = spec.schema, .time_zone = berlin});
  spring.read_from_split(0, {.time_column = 1, .delay_ms = 0});
  spring.rows(R"(
    a | 2024-03-31 00:10:00
    a | 2024-03-31 00:50:00
    a | 2024-03-31 01:05:00
    a | 2024-03-31 01:40:00
    a | 2024-03-31 02:10:00
    a | 2024-03-31 03:30:00)");
  spring.finish();
  spring.expect(R"(
    a | 2 | 2024-03-31 00:00:00 | 2024-03-31 02:00:00 | 2024-03-31 00:59:59.999
    a | 2 | 2024-03-31 01:00:00 | 2024-03-31 03:00:00 | 2024-03-31 01:59:59.999
    a | 2 | 2024-03-31 02:00:00 | 2024-03-31 04:00:00 | 2024-03-31 01:59:59.999
    a | 3 | 2024-03-31 03:00:00 | 2024-03-31 05:00:00 | 2024-03-31 02:59:59.999
    a | 2 | 2024-03-31 04:00:00 | 2024-03-31 06:00:00 | 2024-03-31 03:59:59.999
    a | 1 | 2024-03-31 05:00:00 | 2024-03-31 07:00:00 | 2024-03-31 04:59:59.999)");
  spring.run();

  OperatorCase autumn([spec] { return make_operator(spec); },
                      {.inputs = {text.input()}, .output = spec.schema, .time_zone = berlin});
  autumn.read_from_split(0, {.time_column = 1, .delay_ms = 0});
  autumn.rows(R"(
    a | 2024-10-26 23:30:00
    a | 2024-10-27 00:10:00
    a | 2024-10-27 00:40:00
    a | 2024-10-27 01:10:00
    a | 2024-10-27 01:40:00
    a | 2024-10-27 02:10:00
    a | 2024-10-27 04:10:00)");
  autumn.finish();
  autumn.expect(R"(
    a | 1 | 2024-10-27 00:00:00 | 2024-10-27 02:00:00 | 2024-10-26 23:59:59.999
    a | 5 | 2024-10-27 01:00:00 | 2024-10-27 03:00:00 | 2024-10-27 00:59:59.999
    a | 5 | 2024-10-27 02:00:00 | 2024-10-27 04:00:00 | 2024-10-27 02:59:59.999
    a | 1 | 2024-10-27 03:00:00 | 2024-10-27 05:00:00 | 2024-10-27 03:59:59.999
    a | 1 | 2024-10-27 04:00:00 | 2024-10-27 06:00:00 | 2024-10-27 04:59:59.999
    a | 1 | 2024-10-27 05:00:00 | 2024-10-27 07:00:00 | 2024-10-27 05:59:59.999)");
  autumn.expect_late(0);
  autumn.run();
}

}  // namespace
}  // namespace tidemill
