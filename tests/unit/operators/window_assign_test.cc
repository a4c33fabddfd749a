#include "operators/window_assign.h"

#include <gtest/gtest.h>

#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

constexpr std::string_view kInput = "k STRING, x INT, ts TIMESTAMP(3)";

WindowAssignSpec spec_of(const WindowDefinition& window) {
  WindowAssignSpec spec;
  spec.window = window;
  spec.time_column = 2;
  spec.schema = parse_schema(
      "k STRING, x INT, ts TIMESTAMP(3), window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3)");
  return spec;
}

OperatorCase case_of(const WindowAssignSpec& spec) {
  return OperatorCase([spec] { return make_operator(spec); },
                      {.inputs = {parse_schema(kInput)}, .output = spec.schema});
}

TEST(WindowAssign, GivesEveryWindowOfARowAndNoRowIsLate) {
  OperatorCase test = case_of(spec_of(hop(5 * kSecond, 10 * kSecond)));
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 0});
  test.rows("+I | a | 1 | T12000\n -D | a | 1 | T12000\n +I | b | 2 | T1000");
  test.expect(R"(
    +I | a | 1 | T12000 | T10000 | T20000 | T19999
    +I | a | 1 | T12000 | T5000 | T15000 | T14999
    -D | a | 1 | T12000 | T10000 | T20000 | T19999
    -D | a | 1 | T12000 | T5000 | T15000 | T14999
    +I | b | 2 | T1000 | T0 | T10000 | T9999
    +I | b | 2 | T1000 | T-5000 | T5000 | T4999)");
  test.expect_late(0);
  test.run();
}

TEST(WindowAssign, CumulateGivesTheShortestWindowFirst) {
  OperatorCase test = case_of(spec_of(cumulate(5 * kSecond, 15 * kSecond)));
  test.compare_by({0});
  test.rows("a | 1 | T7000");
  test.expect("a | 1 | T7000 | T0 | T10000 | T9999\n a | 1 | T7000 | T0 | T15000 | T14999");
  test.run();
}

TEST(WindowAssign, ManyWindowsARowMakeSeveralBatches) {
  const WindowAssignSpec spec = spec_of(hop(kSecond, kHour));
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {parse_schema(kInput)}});
  harness.push("a | 1 | T0\n b | 2 | T0");
  EXPECT_EQ(harness.take_rows().size(), 7200U);
  for (const Batch& batch : harness.batches()) EXPECT_LE(batch.num_rows(), kBatchRowsMax);
}

TEST(SessionAssign, GivesTheRowsOfASessionWhenItHasEnded) {
  WindowAssignSpec spec = spec_of(session(10 * kSecond));
  spec.keys = {0};
  OperatorCase test = case_of(spec);
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 8000});
  test.rows(R"(
    a | 1 | T10000
    b | 2 | T20000
    a | NULL | T5000
    b | 3 | T0
    a | 4 | T25001
    a | 5 | T18000
    NULL | 6 | T50000)");
  test.expect(R"(
    a | 1 | T10000 | T5000 | T35001 | T35000
    a | NULL | T5000 | T5000 | T35001 | T35000
    a | 4 | T25001 | T5000 | T35001 | T35000
    a | 5 | T18000 | T5000 | T35001 | T35000
    b | 2 | T20000 | T20000 | T30000 | T29999)");
  test.expect_late(1);
  test.finish();
  test.expect("NULL | 6 | T50000 | T50000 | T60000 | T59999");
  test.run();
}

TEST(SessionAssign, CountsRowsThatTheEndOfInputLeavesInProcessingTimeSessions) {
  WindowAssignSpec spec = spec_of(session(10 * kSecond));
  spec.window.processing_time = true;
  spec.keys = {0};
  OperatorCase test = case_of(spec);
  test.set_time(1000);
  test.rows("a | 1 | NULL\n a | 2 | NULL");
  test.set_time(10999);
  test.expect("a | 1 | NULL | T1000 | T11000 | T10999\n a | 2 | NULL | T1000 | T11000 | T10999");
  test.rows("a | 3 | NULL");
  test.finish();
  test.expect("");
  test.expect_counter("numRecordsLeftInOpenWindows", 1);
  test.run();
}

}  // namespace
}  // namespace tidemill
