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

TEST(SessionAggregate, RowsExactlyOneGapApartAreOneSession) {
  // Flink's documentation, with gap 2 minutes: 08:05 and 08:07 make [08:05, 08:09).
  const AggregationText text = counts_and_sums();
  OperatorCase test = case_of(text, text.windows(session(2 * kMinute), true));
  test.rows(R"(
    a | 4 | 2020-04-15 08:07:00
    a | 2 | 2020-04-15 08:05:00
    a | 5 | 2020-04-15 08:09:00.001
    a | 3 | 2020-04-15 08:14:00
    b | 3 | 2020-04-15 08:09:00
    b | 1 | 2020-04-15 08:11:00.001
    a | 6 | 2020-04-15 08:17:00)");
  test.finish();
  test.expect(R"(
    a | 2 | 6 | 2020-04-15 08:05:00 | 2020-04-15 08:09:00 | 2020-04-15 08:08:59.999
    a | 1 | 5 | 2020-04-15 08:09:00.001 | 2020-04-15 08:11:00.001 | 2020-04-15 08:11:00
    a | 1 | 3 | 2020-04-15 08:14:00 | 2020-04-15 08:16:00 | 2020-04-15 08:15:59.999
    a | 1 | 6 | 2020-04-15 08:17:00 | 2020-04-15 08:19:00 | 2020-04-15 08:18:59.999
    b | 1 | 3 | 2020-04-15 08:09:00 | 2020-04-15 08:11:00 | 2020-04-15 08:10:59.999
    b | 1 | 1 | 2020-04-15 08:11:00.001 | 2020-04-15 08:13:00.001 | 2020-04-15 08:13:00)");
  test.run();
}

TEST(SessionAggregate, ALateRowCountsWhereItMeetsAnOpenSessionAndIsDroppedElsewhere) {
  const AggregationText text = counts_and_sums();
  OperatorCase test = case_of(text, text.windows(session(10 * kSecond)));
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 5000});
  // The session of a grows to [0, 22000): open at w = 15000, as long as the row at 0 meets it.
  test.rows(R"(
    a | 1 | T10000
    a | 2 | T12000
    b | 4 | T20000
    a | 8 | T0
    b | 16 | T0
    a | 32 | T1000)");
  test.expect("");
  test.expect_late(1);
  test.rows("b | 64 | T60000\n a | 128 | T12000\n a | 256 | T46000");
  test.expect("a | 4 | 43 | T0 | T22000\n b | 1 | 4 | T20000 | T30000");
  test.expect_late(2);
  test.finish();
  test.expect("a | 1 | 256 | T46000 | T56000\n b | 1 | 64 | T60000 | T70000");
  test.run();
}

TEST(SessionAggregate, ARowNeverJoinsASessionThatItsWatermarkHasClosed) {
  const AggregationText text = counts_and_sums();
  OperatorCase test = case_of(text, text.windows(session(10 * kSecond)));
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 0});
  // At w = 9999 the session [0, 10000) is complete, so that the row at 8000 begins one of its own that overlaps it; the
  // row at 1000 is too late for the former and does not meet the latter.
  test.rows("a | 1 | T0\n b | 2 | T9999\n a | 4 | T8000\n a | 8 | T500\n a | 16 | T9000");
  test.expect("a | 1 | 1 | T0 | T10000");
  test.expect_late(0);
  test.finish();
  test.expect("a | 3 | 28 | T500 | T19000\n b | 1 | 2 | T9999 | T19999");
  test.run();
}

TEST(SessionAggregate, ARowThatFillsTheGapJoinsItsNeighbours) {
  AggregationText text("k STRING, x DOUBLE, s STRING, ts TIMESTAMP(3)");
  text.keys("k")
      .aggregate("COUNT(*)")
      .aggregate("SUM(x)")
      .aggregate("COUNT(DISTINCT s)")
      .aggregate("MIN(s)")
      .aggregate("SUM(DISTINCT x)");
  OperatorCase test = case_of(text, text.windows(session(10 * kSecond)));
  test.compare_by({0});
  test.rows(R"(
    a | 1 | p, a text longer than twelve bytes | T0
    a | 2 | q | T20000
    a | 1 | q | T40000
    a | 4 | r, a text longer than twelve bytes | T1000
    b | 5 | NULL | T15000
    a | 3 | p, a text longer than twelve bytes | T10000
    a | 7 | s | T41000
    a | 1 | o | T30000)");
  test.watermark(25000);
  test.expect("b | 1 | 5 | 0 | NULL | 5 | T15000 | T25000");
  test.finish();
  test.expect("a | 7 | 19 | 5 | o | 17 | T0 | T51000");
  test.run();
}

TEST(SessionAggregate, RetractedRowsLeaveTheirSession) {
  // As Flink 2.3 gives it for the same changes.
  AggregationText text("k STRING, x INT, ts TIMESTAMP(3)");
  text.keys("k").aggregate("COUNT(*)").aggregate("SUM(x)").aggregate("MAX(x)");
  WindowAggregateSpec spec = text.windows(session(kMinute));
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
    +I | e | 4 | 2020-01-01 00:13:00
    -D | q | 4 | 2020-01-01 00:26:00
    +I | q | 4 | 2020-01-01 00:26:30)");
  test.finish();
  test.expect(R"(
    a | 1 | 1 | 1 | 2020-01-01 00:01:00 | 2020-01-01 00:02:00
    b | 2 | 9 | 7 | 2020-01-01 00:02:00 | 2020-01-01 00:04:00
    c | 1 | 9 | 9 | 2020-01-01 00:04:00 | 2020-01-01 00:05:30
    z | -1 | -3 | NULL | 2020-01-01 00:05:00 | 2020-01-01 00:06:00
    e | 1 | 4 | 4 | 2020-01-01 00:13:00 | 2020-01-01 00:14:00)");
  test.expect_late(1);
  test.run();
}

TEST(SessionAggregate, SessionsWithoutKeys) {
  AggregationText text("x INT, ts TIMESTAMP(3)");
  text.aggregate("COUNT(*)");
  OperatorCase test = case_of(text, text.windows(session(kSecond)));
  test.rows("1 | T-5000\n 2 | T-4500\n 3 | T0");
  test.finish();
  test.expect("2 | T-5000 | T-3500\n 1 | T0 | T1000");
  test.run();
}

TEST(SessionAggregate, ProcessingTimeSessionsEndByTheClockAndNotWithTheInput) {
  AggregationText text("k STRING, x INT");
  text.keys("k").aggregate("COUNT(*)");
  WindowDefinition window = session(10 * kSecond);
  window.processing_time = true;
  OperatorCase test = case_of(text, text.windows(window));
  test.compare_by({0});
  test.set_time(1000);
  test.rows("a | 1\n a | 2\n b | 1");
  test.set_time(6000);
  test.rows("a | 3");
  test.set_time(10999);
  test.expect("b | 1 | T1000 | T11000");
  test.set_time(15998);
  test.expect("");
  test.set_time(15999);
  test.expect("a | 3 | T1000 | T16000");
  test.rows("a | 4");
  test.finish();
  test.expect("");
  test.expect_counter("numRecordsLeftInOpenWindows", 1);
  test.run();
}

TEST(SessionAggregate, ZonedSessionsLieOnTheWallClock) {
  // As Flink 2.3 gives it for Europe/Berlin: the hour that comes twice is one hour of the wall clock.
  AggregationText text("k STRING, ts TIMESTAMP_LTZ(3)");
  text.keys("k").aggregate("COUNT(*)");
  WindowDefinition window = session(45 * kMinute);
  window.zoned = true;
  const WindowAggregateSpec spec = text.windows(window, true);
  OperatorCase test([spec] { return make_operator(spec); },
                    {.inputs = {text.input()}, .output = spec.schema, .time_zone = *TimeZone::find("Europe/Berlin")});
  test.read_from_split(0, {.time_column = 1, .delay_ms = 0});
  test.rows(R"(
    a | 2024-10-26 23:30:00
    a | 2024-10-27 00:10:00
    a | 2024-10-27 00:40:00
    a | 2024-10-27 01:10:00
    a | 2024-10-27 01:40:00
    a | 2024-10-27 02:10:00
    a | 2024-10-27 04:10:00)");
  test.finish();
  test.expect(R"(
    a | 6 | 2024-10-27 01:30:00 | 2024-10-27 03:55:00 | 2024-10-27 02:54:59.999
    a | 1 | 2024-10-27 05:10:00 | 2024-10-27 05:55:00 | 2024-10-27 04:54:59.999)");
  test.run();
}

}  // namespace
}  // namespace tidemill
