// FIRST_VALUE, LAST_VALUE and LISTAGG by (rowtime, split, offset), however rows are cut into batches and restored.
#include <gtest/gtest.h>

#include "operators/make_operator.h"
#include "operators/row_positions.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

AggregationText ordered() {
  AggregationText text("k STRING, x STRING, ts TIMESTAMP(3)");
  text.keys("k").aggregate("FIRST_VALUE(x)").aggregate("LAST_VALUE(x)").aggregate("LISTAGG(x)");
  return text.aggregate("LISTAGG(DISTINCT x)").rows_by_time();
}

// Rows of one time are in the order of their split, those of two times are not.
constexpr std::string_view kRows = R"(
  a | a value of the fifth second | T5000
  a | z | T3000
  a | NULL | T1000
  b | z | T1000
  a | y | T3000
  a | z | T9000
  a | a value of the second second | T2000
  a | y | T1500)";

TEST(RowOrder, OfGroups) {
  const AggregationText text = ordered();
  OperatorCase test([spec = text.groups()] { return make_operator(spec); },
                    {.inputs = {text.input()}, .output = text.groups().schema});
  test.read_from_split(0, {.time_column = 2, .delay_ms = kHour});
  GroupAggregateSpec batch = text.groups();
  batch.bounded_final_only = true;
  OperatorCase final_rows([batch] { return make_operator(batch); }, {.inputs = {text.input()}, .output = batch.schema});
  final_rows.read_from_split(0, {.time_column = 2, .delay_ms = kHour});
  final_rows.rows(kRows);
  final_rows.finish();
  final_rows.expect(
      "a | y | z | y,a value of the second second,z,y,a value of the fifth second,z | "
      "y,a value of the second second,z,a value of the fifth second\n"
      "b | z | z | z | z");
  final_rows.run();
  test.compare_by({0});
  test.rows("a | y | T3000\n a | z | T3000\n a | x | T1000\n a | y | T2000");
  test.expect(R"(
    +I | a | y | y | y | y
    -U | a | y | y | y | y
    +U | a | y | z | y,z | y,z
    -U | a | y | z | y,z | y,z
    +U | a | x | z | x,y,z | x,y,z
    -U | a | x | z | x,y,z | x,y,z
    +U | a | x | z | x,y,y,z | x,y,z)");
  test.run();
}

TEST(RowOrder, OfWindowsThatMergeSlices) {
  const AggregationText text = ordered();
  const WindowAggregateSpec spec = text.windows(hop(2 * kSecond, 4 * kSecond));
  OperatorCase test([spec] { return make_operator(spec); }, {.inputs = {text.input()}, .output = spec.schema});
  test.read_from_split(0, {.time_column = 2, .delay_ms = 2 * kSecond});
  // At w = 4000 the row at 3000 is late for [0, 4000), and comes into a sub-slice of [2000, 4000).
  test.rows("a | 5 | T5000\n a | 2 | T2000\n a | 6 | T6000\n a | 3 | T3000\n a | 2 | T5500");
  test.finish();
  test.expect(R"(
    a | 2 | 2 | 2 | 2 | T0 | T4000
    a | 2 | 2 | 2,3,5,2 | 2,3,5 | T2000 | T6000
    a | 5 | 6 | 5,2,6 | 5,2,6 | T4000 | T8000
    a | 6 | 6 | 6 | 6 | T6000 | T10000)");
  test.run();
}

TEST(RowOrder, OfSessionsThatBecomeOne) {
  const AggregationText text = ordered();
  const WindowAggregateSpec spec = text.windows(session(4 * kSecond));
  OperatorCase test([spec] { return make_operator(spec); }, {.inputs = {text.input()}, .output = spec.schema});
  test.read_from_split(0, {.time_column = 2, .delay_ms = kHour});
  test.rows("a | 9 | T9000\n a | 1 | T1000\n a | 12 | T12000\n a | 9 | T2000\n a | 5 | T5500\n a | 30 | T30000");
  test.finish();
  test.expect(R"(
    a | 1 | 12 | 1,9,5,9,12 | 1,9,5,12 | T1000 | T16000
    a | 30 | 30 | 30 | 30 | T30000 | T34000)");
  test.run();
}

Batch rows_of_split(std::string_view split, std::string_view rows) {
  static const SchemaPtr schema = ordered().input();
  Batch batch = parse_batch(schema, rows);
  batch.set_origin({std::make_shared<const std::string>(split), 0, nullptr});
  return batch;
}

TEST(RowOrder, SplitsStandBetweenTimeAndOffset) {
  const AggregationText text = ordered();
  const GroupAggregateSpec spec = text.groups();
  for (const bool turned : {false, true}) {
    OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
    std::vector<Batch> batches = {rows_of_split("a long name of a split 1", "a | 9 | T1000\n a | 8 | T1000"),
                                  rows_of_split("a long name of a split 2", "a | 3 | T1000\n b | 0 | T999"),
                                  rows_of_split("b", "a | 4 | T1000\n a | 1 | T1000")};
    if (turned) std::swap(batches[0], batches[2]);
    for (Batch& batch : batches) harness.push(std::move(batch));
    EXPECT_EQ(harness.take_rows().back(), "+U | a | 9 | 1 | 9,8,3,4,1 | 9,8,3,4,1");
  }
}

TEST(RowOrder, ValuesAtOnePlaceAreInTheirOwnOrder) {
  const AggregationText text = ordered();
  const GroupAggregateSpec spec = text.groups();
  for (const std::string_view rows :
       {"a | 2 | T1000\n a | 3 | T1000\n a | 1 | T1000", "a | 3 | T1000\n a | 1 | T1000\n a | 2 | T1000"}) {
    OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
    harness.push(parse_batch(text.input(), rows));  // of no split
    harness.push(parse_batch(text.input(), "a | 2 | T1000"));
    EXPECT_EQ(harness.take_rows().back(), "+U | a | 1 | 3 | 1,2,2,3 | 1,2,3");
  }
}

TEST(RowPositions, AreWhatTheColumnsOrderBy) {
  RowPositions positions(RowOrder::kRowtime, 2);
  const Batch batch = rows_of_split("s", "a | 1 | NULL\n a | 2 | T5");
  positions.begin(batch);
  EXPECT_EQ(positions[0], (RowPosition{kNoWatermark, "s", 0}));
  EXPECT_EQ(positions[1], (RowPosition{5, "s", 1}));
  EXPECT_LT(positions[0], positions[1]);
  const std::vector<ColumnPtr> columns = positions.columns();
  ASSERT_EQ(columns.size(), positions.column_types().size());
  for (size_t i = 0; i < columns.size(); ++i)
    EXPECT_EQ(columns[i]->type().physical(), positions.column_types()[i].physical());
  EXPECT_TRUE(columns[0]->is_null(0));
  EXPECT_EQ(columns[1]->text(1), "s");
  EXPECT_EQ(columns[2]->decode<int64_t>()[1], 1);
}

}  // namespace
}  // namespace tidemill
