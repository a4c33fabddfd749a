#include <gtest/gtest.h>

#include "operators/make_operator.h"
#include "operators/row_outcomes.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

// Orders (id, k, ts) with the version of k at ts (k, v, ts), where orders are taken back, too.
TemporalJoinSpec orders_with_versions(JoinType type) {
  const AggregationText left("id INT, k STRING, ts TIMESTAMP(3)");
  const AggregationText right("k STRING, v INT, ts TIMESTAMP(3)");
  std::vector<Field> fields = left.input()->fields();
  for (const Field& field : right.input()->fields()) fields.push_back(field);
  TemporalJoinSpec spec;
  spec.join.type = type;
  spec.join.inputs = {left.input(), right.input()};
  spec.join.keys = {std::vector<int32_t>{1}, std::vector<int32_t>{0}};
  spec.join.null_safe = {false};
  spec.join.pairs = make_schema(fields);
  spec.join.schema = spec.join.pairs;
  spec.time_columns = {2, 2};
  spec.left_changes = true;
  return spec;
}

OperatorCase case_of(const TemporalJoinSpec& spec) {
  OperatorCase test([spec] { return make_operator(spec); },
                    {.inputs = {spec.join.inputs[0], spec.join.inputs[1]}, .output = spec.join.schema});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 1000});
  test.read_from_split(1, {.time_column = 2, .delay_ms = 1000});
  test.compare_by({0});
  return test;
}

TEST(TemporalJoin, ARowIsTakenBackWithTheVersionThatItCameOutWith) {
  OperatorCase test = case_of(orders_with_versions(JoinType::kLeft));
  test.rows("+I | a | 1 | T1000\n +U | a | 2 | T50000", 1);
  test.rows("+I | 1 | a | T2000\n +I | 2 | b | T2500\n +I | 3 | a | T40000");
  test.expect("1 | a | T2000 | a | 1 | T1000\n 2 | b | T2500 | NULL | NULL | NULL");
  // The version of T1000 is forgotten, and another has come since.
  test.rows("-D | a | 2 | T60000\n +I | b | 9 | T90000", 1);
  test.rows("+I | 4 | a | T80000");
  test.expect("3 | a | T40000 | a | 1 | T1000");
  test.rows("-U | 1 | a | T2000\n +U | 1 | a | T85000\n -D | 2 | b | T2500");
  test.expect(R"(
    -U | 1 | a | T2000 | a | 1 | T1000
    -D | 2 | b | T2500 | NULL | NULL | NULL
    +I | 4 | a | T80000 | NULL | NULL | NULL)");
  test.expect_late(0);
  test.finish();
  test.expect("+U | 1 | a | T85000 | NULL | NULL | NULL");
  test.expect_counter(kUnknownRetractionsCounter, 0);
  test.run();
}

TEST(TemporalJoin, ARowIsNeverTakenBackMoreOftenThanItCameOut) {
  OperatorCase test = case_of(orders_with_versions(JoinType::kInner));
  test.rows("+I | a | 1 | T1000\n +I | b | 1 | T50000", 1);
  // Two equal rows, of which one waits no longer, and one that nobody knows.
  test.rows("+I | 1 | a | T2000\n +I | 1 | a | T2000\n -D | 1 | a | T2000\n -D | 7 | a | T2000");
  test.rows("+I | 2 | c | T2000\n +I | 3 | a | T30000");
  test.expect("1 | a | T2000 | a | 1 | T1000");
  // Row 2 gave nothing, row 4 is late, and so is what takes it back.
  test.rows("-D | 1 | a | T2000\n -D | 1 | a | T2000\n -D | 2 | c | T2000\n +I | 4 | a | T3000\n -D | 4 | a | T3000");
  test.expect("-D | 1 | a | T2000 | a | 1 | T1000");
  test.expect_late(1);
  test.expect_counter(kUnknownRetractionsCounter, 3);
  test.expect_counter(kRowsUsedCounter, 2 + 3 + 2 + 2);
  test.finish();
  test.expect("3 | a | T30000 | a | 1 | T1000");
  test.run();
}

TEST(TemporalJoin, RowsThatCameOutLongAgoCannotBeTakenBack) {
  TemporalJoinSpec spec = orders_with_versions(JoinType::kInner);
  spec.state_ttl_ms = 10'000;
  OperatorCase test = case_of(spec);
  test.set_time(100'000);
  test.rows("+I | a | 1 | T1000\n +I | b | 1 | T50000", 1);
  test.rows("+I | 1 | a | T2000\n +I | 2 | a | T2500\n +I | 3 | a | T30000");
  test.expect("1 | a | T2000 | a | 1 | T1000\n 2 | a | T2500 | a | 1 | T1000");
  test.set_time(105'000);
  test.rows("-D | 1 | a | T2000");
  test.expect("-D | 1 | a | T2000 | a | 1 | T1000");
  test.set_time(110'001);
  test.rows("-D | 2 | a | T2500");
  test.expect("");
  test.expect_counter(kUnknownRetractionsCounter, 1);
  test.run();
}

}  // namespace
}  // namespace tidemill
