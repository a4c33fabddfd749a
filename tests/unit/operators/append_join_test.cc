#include "operators/append_join.h"

#include <gtest/gtest.h>

#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

// (id, k, text) with (k, number), by k.
RegularJoinSpec texts_with_numbers(bool null_safe = false) {
  const AggregationText left("id INT, k STRING, text STRING");
  const AggregationText right("k STRING, number DOUBLE");
  std::vector<Field> fields = left.input()->fields();
  for (const Field& field : right.input()->fields()) fields.push_back(field);
  RegularJoinSpec spec;
  spec.join.inputs = {left.input(), right.input()};
  spec.join.keys = {std::vector<int32_t>{1}, std::vector<int32_t>{0}};
  spec.join.null_safe = {null_safe};
  spec.join.pairs = make_schema(fields);
  spec.join.schema = spec.join.pairs;
  spec.append_only = true;
  return spec;
}

HarnessOptions options_of(const RegularJoinSpec& spec) {
  return {.inputs = {spec.join.inputs[0], spec.join.inputs[1]}, .output = spec.join.schema};
}

OperatorCase case_of(const RegularJoinSpec& spec) {
  return OperatorCase([spec] { return make_operator(spec); }, options_of(spec));
}

TEST(AppendJoin, TakesWhatOnlyInserts) {
  RegularJoinSpec spec = texts_with_numbers();
  EXPECT_TRUE(AppendJoin::takes(spec));
  spec.final_only = true;
  EXPECT_TRUE(AppendJoin::takes(spec));
  spec.join.type = JoinType::kLeft;
  EXPECT_FALSE(AppendJoin::takes(spec));
  spec.final_only = false;
  EXPECT_TRUE(AppendJoin::takes(spec));
  spec = texts_with_numbers();
  spec.append_only = false;
  EXPECT_FALSE(AppendJoin::takes(spec));
  spec = texts_with_numbers();
  spec.state_ttl_ms[1] = 1000;
  EXPECT_FALSE(AppendJoin::takes(spec));
}

TEST(AppendJoin, EachRowMeetsAllThatCameBefore) {
  OperatorCase test = case_of(texts_with_numbers());
  test.rows(
      "1 | a | a text beyond twelve bytes\n 2 | b | short\n 3 | NULL | never\n 1 | a | a text beyond twelve bytes");
  test.expect("");
  test.rows("a | 1.5\n c | 2.5\n NULL | 3.5\n b | NULL\n a | -0.0", 1);
  test.expect(R"(
    1 | a | a text beyond twelve bytes | a | 1.5
    1 | a | a text beyond twelve bytes | a | 1.5
    1 | a | a text beyond twelve bytes | a | -0.0
    1 | a | a text beyond twelve bytes | a | -0.0
    2 | b | short | b | NULL)");
  test.rows("4 | c | NULL\n 5 | d | late");
  test.expect("4 | c | NULL | c | 2.5");
  test.run();
}

TEST(AppendJoin, NullFitsNullWhereTheKeySaysSo) {
  OperatorCase test = case_of(texts_with_numbers(true));
  test.rows("1 | NULL | x\n 2 | b | y");
  test.rows("NULL | 1.0\n b | 2.0", 1);
  test.expect("1 | NULL | x | NULL | 1.0\n 2 | b | y | b | 2.0");
  test.run();
}

// `count` rows of keys that come in turn: (number, key, text), or (key, number).
Batch many_rows(const SchemaPtr& schema, int32_t count, int32_t keys, bool left) {
  std::string rows;
  for (int32_t i = 0; i < count; ++i) {
    rows += left ? fmt::format("{} | k{} | the text of row {}\n", i, i % keys, i)
                 : fmt::format("k{} | {}.0\n", i % keys, i);
  }
  return parse_batch(schema, rows);
}

TEST(AppendJoin, PairsComeInPiecesAndInTheOrderInWhichTheRowsCame) {
  const RegularJoinSpec spec = texts_with_numbers();
  OperatorHarness harness([spec] { return make_operator(spec); }, options_of(spec));
  constexpr int32_t kStored = 10'000;  // of one key: more than a batch takes
  harness.push(many_rows(spec.join.inputs[1], kStored, 1, false), 1);
  harness.snapshot_and_restore();
  harness.push(many_rows(spec.join.inputs[0], 3, 1, true));
  const std::vector<std::string> rows = harness.take_rows();
  ASSERT_EQ(rows.size(), size_t{3} * kStored);
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t row = i / kStored;
    ASSERT_EQ(rows[i], fmt::format("+I | {} | k0 | the text of row {} | k0 | {}", row, row, i % kStored));
  }
  for (const Batch& batch : harness.batches()) EXPECT_LE(batch.num_rows(), kBatchRowsMax);
}

TEST(AppendJoin, KeysThatComeAgainInABatchFindTheSameRows) {
  const RegularJoinSpec spec = texts_with_numbers();
  OperatorHarness harness([spec] { return make_operator(spec); }, options_of(spec));
  constexpr int32_t kKeys = 600, kEach = 3;  // more keys than are remembered
  harness.push(many_rows(spec.join.inputs[1], kKeys * kEach, kKeys, false), 1);
  harness.push(many_rows(spec.join.inputs[0], 3 * kKeys, kKeys, true));
  const std::vector<std::string> rows = harness.take_rows();
  ASSERT_EQ(rows.size(), size_t{3} * kKeys * kEach);
  size_t next = 0;
  for (int32_t i = 0; i < 3 * kKeys; ++i) {
    for (int32_t j = 0; j < kEach; ++j, ++next) {
      const int32_t key = i % kKeys;
      ASSERT_EQ(rows[next],
                fmt::format("+I | {} | k{} | the text of row {} | k{} | {}", i, key, i, key, key + j * kKeys));
    }
  }
}

RegularJoinSpec of_type(JoinType type) {
  RegularJoinSpec spec = texts_with_numbers();
  spec.join.type = type;
  if (left_only(type)) spec.join.schema = spec.join.inputs[0];
  return spec;
}

TEST(AppendJoin, OuterRowsAreShownAloneUntilTheyFit) {
  OperatorCase test = case_of(of_type(JoinType::kFull));
  test.rows("1 | a | x\n 2 | b | y\n 2 | b | y\n 3 | NULL | z");
  test.expect(
      "1 | a | x | NULL | NULL\n 2 | b | y | NULL | NULL\n 2 | b | y | NULL | NULL\n 3 | NULL | z | NULL | NULL");
  test.rows("b | 1.5\n c | 2.5\n NULL | 3.5", 1);
  test.expect(R"(
    -D | 2 | b | y | NULL | NULL
    2 | b | y | b | 1.5
    -D | 2 | b | y | NULL | NULL
    2 | b | y | b | 1.5
    NULL | NULL | NULL | c | 2.5
    NULL | NULL | NULL | NULL | 3.5)");
  test.rows("4 | b | w\n 5 | c | v\n 6 | c | u");
  test.expect(R"(
    4 | b | w | b | 1.5
    -D | NULL | NULL | NULL | c | 2.5
    5 | c | v | c | 2.5
    6 | c | u | c | 2.5)");
  test.rows("b | 4.5", 1);
  test.expect("2 | b | y | b | 4.5\n 2 | b | y | b | 4.5\n 4 | b | w | b | 4.5");
  test.run();
}

TEST(AppendJoin, LeftRowsComeOnceWhereTheyFitSomethingOrNothing) {
  OperatorCase semi = case_of(of_type(JoinType::kSemi));
  semi.rows("1 | a | x\n 1 | a | x\n 2 | b | y\n 3 | NULL | z");
  semi.rows("b | 1.5\n b | 2.5\n NULL | 2.5", 1);
  semi.expect("2 | b | y");
  semi.rows("4 | b | w");
  semi.rows("a | 1.5", 1);
  semi.expect("4 | b | w\n 1 | a | x\n 1 | a | x");
  semi.run();

  OperatorCase anti = case_of(of_type(JoinType::kAnti));
  anti.rows("1 | a | x\n 2 | b | y\n 3 | NULL | z");
  anti.expect("1 | a | x\n 2 | b | y\n 3 | NULL | z");
  anti.rows("b | 1.5\n b | 2.5", 1);
  anti.expect("-D | 2 | b | y");
  anti.rows("4 | b | w\n 5 | c | v");
  anti.expect("5 | c | v");
  anti.run();
}

TEST(AppendJoin, OuterRowsWithManyPairsComeInPieces) {
  const RegularJoinSpec spec = of_type(JoinType::kFull);
  OperatorHarness harness([spec] { return make_operator(spec); }, options_of(spec));
  constexpr int32_t kStored = 3'000;  // of one key: several pieces
  harness.push(many_rows(spec.join.inputs[1], kStored, 1, false), 1);
  EXPECT_EQ(harness.take_rows().size(), size_t{kStored});
  harness.snapshot_and_restore();
  harness.push(many_rows(spec.join.inputs[0], 2, 1, true));
  const std::vector<std::string> rows = harness.take_rows();
  ASSERT_EQ(rows.size(), size_t{3} * kStored);
  for (size_t i = 0; i < kStored; ++i) {
    ASSERT_EQ(rows[2 * i], fmt::format("-D | NULL | NULL | NULL | k0 | {}", i));
    ASSERT_EQ(rows[2 * i + 1], fmt::format("+I | 0 | k0 | the text of row 0 | k0 | {}", i));
    ASSERT_EQ(rows[2 * size_t{kStored} + i], fmt::format("+I | 1 | k0 | the text of row 1 | k0 | {}", i));
  }
  harness.snapshot_and_restore();
  harness.push("k0 | 5", 1);
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | 0 | k0 | the text of row 0 | k0 | 5",
                                                           "+I | 1 | k0 | the text of row 1 | k0 | 5"}));
}

}  // namespace
}  // namespace tidemill
