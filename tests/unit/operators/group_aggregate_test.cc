#include <gtest/gtest.h>

#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

OperatorCase case_of(const AggregationText& text, const GroupAggregateSpec& spec) {
  OperatorCase test([spec] { return make_operator(spec); }, {.inputs = {text.input()}, .output = spec.schema});
  if (!spec.keys.empty()) test.compare_by({0});
  return test;
}

// Inserts, updates and deletions as a changelog source gives them; results below are those of Flink 2.3.
constexpr std::string_view kChanges = R"(
  +I | a | 1
  +I | b | 2
  +I | b | 5
  -D | a | 1
  -U | b | 5
  +U | b | 7
  +I | c | 1
  -U | c | 1
  +U | c | 9
  -D | z | 3
  +I | d | 1
  -D | d | 1
  +I | e | 4
  -D | q | 4
  +I | q | 4)";

AggregationText text_of(std::initializer_list<std::string_view> aggregates, std::string_view keys = "k") {
  AggregationText text("k STRING, x INT");
  text.keys(keys);
  for (const std::string_view aggregate : aggregates) text.aggregate(aggregate);
  return text;
}

TEST(GroupAggregate, EachInsertUpdatesItsGroup) {
  const AggregationText text = text_of({"COUNT(*)", "SUM(x)"});
  OperatorCase test = case_of(text, text.groups());
  test.rows("a | 1\n b | 5\n a | 3\n a | NULL\n NULL | 9\n NULL | 1");
  test.expect(R"(
    +I | a | 1 | 1
    +I | b | 1 | 5
    -U | a | 1 | 1
    +U | a | 2 | 4
    -U | a | 2 | 4
    +U | a | 3 | 4
    +I | NULL | 1 | 9
    -U | NULL | 1 | 9
    +U | NULL | 2 | 10)");
  test.finish();
  test.expect("");
  test.run();
}

TEST(GroupAggregate, AnUnchangedResultEmitsNothing) {
  const AggregationText text = text_of({"MAX(x)"});
  OperatorCase test = case_of(text, text.groups());
  test.rows("a | 3\n a | 1\n a | 3\n a | NULL\n a | 4\n b | NULL\n b | NULL\n b | 1");
  test.expect(R"(
    +I | a | 3
    -U | a | 3
    +U | a | 4
    +I | b | NULL
    -U | b | NULL
    +U | b | 1)");
  test.run();
}

TEST(GroupAggregate, RetractionsUpdateAndEmptyGroupsEnd) {
  const AggregationText text = text_of({"COUNT(*)", "SUM(x)", "MIN(x)", "MAX(x)", "COUNT(DISTINCT x)", "AVG(x)"});
  GroupAggregateSpec spec = text.groups();
  spec.input_retracts = true;
  OperatorCase test = case_of(text, spec);
  test.rows(kChanges);
  test.expect(R"(
    +I | a | 1 | 1 | 1 | 1 | 1 | 1
    +I | b | 1 | 2 | 2 | 2 | 1 | 2
    -U | b | 1 | 2 | 2 | 2 | 1 | 2
    +U | b | 2 | 7 | 2 | 5 | 2 | 3
    -D | a | 1 | 1 | 1 | 1 | 1 | 1
    -U | b | 2 | 7 | 2 | 5 | 2 | 3
    +U | b | 1 | 2 | 2 | 2 | 1 | 2
    -U | b | 1 | 2 | 2 | 2 | 1 | 2
    +U | b | 2 | 9 | 2 | 7 | 2 | 4
    +I | c | 1 | 1 | 1 | 1 | 1 | 1
    -D | c | 1 | 1 | 1 | 1 | 1 | 1
    +I | c | 1 | 9 | 9 | 9 | 1 | 9
    +I | d | 1 | 1 | 1 | 1 | 1 | 1
    -D | d | 1 | 1 | 1 | 1 | 1 | 1
    +I | e | 1 | 4 | 4 | 4 | 1 | 4
    +I | q | 1 | 4 | 4 | 4 | 1 | 4)");
  test.expect_counter("numUnknownRetractionsDropped", 2);
  test.run();
}

TEST(GroupAggregate, WithoutUpdateBeforeOnlyNewRowsAndDeletionsCome) {
  const AggregationText text = text_of({"MAX(x)"});
  GroupAggregateSpec spec = text.groups();
  spec.input_retracts = true;
  spec.emit_update_before = false;
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  harness.push("+I | a | 1\n +I | a | 2\n +I | a | 1\n -D | a | 2");
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | a | 1", "+U | a | 2", "+U | a | 1"}));
}

TEST(GroupAggregate, ChangesComeInTheOrderOfTheRows) {
  const AggregationText text = text_of({"COUNT(*)"});
  const GroupAggregateSpec spec = text.groups();
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  harness.push("b | 1\n a | 1\n b | 1\n c | 1\n a | 1");
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | b | 1", "+I | a | 1", "-U | b | 1", "+U | b | 2",
                                                           "+I | c | 1", "-U | a | 1", "+U | a | 2"}));
}

TEST(GroupAggregate, TheGlobalAggregateIsOneGroupThatCanEnd) {
  const AggregationText text = text_of({"COUNT(*)", "SUM(x)", "MIN(x)"}, "");
  GroupAggregateSpec spec = text.groups();
  spec.input_retracts = true;
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  harness.push("-D | z | 3\n +I | a | 1\n -D | a | 1\n +I | d | 1");
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | 1 | 1 | 1", "-D | 1 | 1 | 1", "+I | 1 | 1 | 1"}));
}

TEST(GroupAggregate, SelectDistinctIsAGroupWithoutAggregates) {
  const AggregationText text = text_of({});
  GroupAggregateSpec spec = text.groups();
  spec.input_retracts = true;
  OperatorCase test = case_of(text, spec);
  test.rows(kChanges);
  test.expect(R"(
    +I | a
    +I | b
    -D | a
    +I | c
    -D | c
    +I | c
    +I | d
    -D | d
    +I | e
    +I | q)");
  test.run();
}

TEST(GroupAggregate, AGroupThatEndedBeginsAnewEvenAfterRetractionsThatDidNotFit) {
  AggregationText text("k STRING, x INT");
  text.keys("k").aggregate("COUNT(DISTINCT x)").aggregate("MAX(x)").aggregate("SUM(x)");
  GroupAggregateSpec spec = text.groups();
  spec.input_retracts = true;
  OperatorCase test = case_of(text, spec);
  test.rows("+I | a | 1\n -D | a | 2\n +I | a | 1\n +I | a | 5\n -D | a | 1");
  test.expect(R"(
    +I | a | 1 | 1 | 1
    -D | a | 1 | 1 | 1
    +I | a | 1 | 1 | 1
    -U | a | 1 | 1 | 1
    +U | a | 2 | 5 | 6
    -U | a | 2 | 5 | 6
    +U | a | 1 | 5 | 5)");
  test.run();
}

TEST(GroupAggregate, EqualKeysOfAnotherSpellingAreOneGroupUnderOneName) {
  AggregationText text("d DOUBLE");
  text.keys("d").aggregate("COUNT(*)");
  const GroupAggregateSpec spec = text.groups();
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  harness.push("0.0\n -0.0\n NaN\n NaN");
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | 0 | 1", "-U | 0 | 1", "+U | 0 | 2", "+I | NaN | 1",
                                                           "-U | NaN | 1", "+U | NaN | 2"}));
}

TEST(GroupAggregate, ManyMoreChangesThanABatchHolds) {
  const AggregationText text = text_of({"COUNT(*)"});
  const GroupAggregateSpec spec = text.groups();
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  std::string rows;
  for (int i = 0; i < kBatchRowsMax; ++i) rows += fmt::format("k{} | 1\n", i % 3);
  harness.push(rows);
  EXPECT_EQ(harness.take_rows().size(), static_cast<size_t>(2 * kBatchRowsMax - 3));
  for (const Batch& batch : harness.batches()) EXPECT_LE(batch.num_rows(), kBatchRowsMax);
}

OperatorCase gathering_case(const AggregationText& text, const GroupAggregateSpec& spec) {
  OperatorCase test = case_of(text, spec);
  test.only_barriers_of_the_script();
  return test;
}

GroupAggregateSpec gathering(GroupAggregateSpec spec, int64_t rows = 1000) {
  spec.mini_batch_rows = rows;
  return spec;
}

TEST(MiniBatch, ABarrierEmitsTheNetChangeOfEachGroup) {
  const AggregationText text = text_of({"COUNT(*)", "SUM(x)", "LAST_VALUE(k)"});
  OperatorCase test = gathering_case(text, gathering(text.groups()));
  test.rows("a | 1\n b | 5\n a | 3\n NULL | 9\n a text too long for a record | 1");
  test.expect("");
  test.barrier(BarrierKind::kPublish);
  test.expect(R"(
    +I | a | 2 | 4 | a
    +I | b | 1 | 5 | b
    +I | NULL | 1 | 9 | NULL
    +I | 'a text too long for a record' | 1 | 1 | 'a text too long for a record')");
  test.barrier(BarrierKind::kPublish);
  test.expect("");
  test.rows("a text too long for a record | 1\n b | NULL\n c | 1");
  test.barrier(BarrierKind::kCheckpoint);
  test.expect(R"(
    -U | 'a text too long for a record' | 1 | 1 | 'a text too long for a record'
    +U | 'a text too long for a record' | 2 | 2 | 'a text too long for a record'
    -U | b | 1 | 5 | b
    +U | b | 2 | 5 | b
    +I | c | 1 | 1 | c)");
  test.rows("a | 1");
  test.finish();
  test.expect("-U | a | 2 | 4 | a\n +U | a | 3 | 5 | a");
  test.run();
}

// Nothing for groups that end as they began; what was counted before a group ended is gone.
TEST(MiniBatch, GroupsThatComeGoAndComeBack) {
  const AggregationText text = text_of({"COUNT(*)", "SUM(x)", "MIN(x)", "COUNT(DISTINCT x)"});
  GroupAggregateSpec spec = gathering(text.groups());
  spec.input_retracts = true;
  OperatorCase test = gathering_case(text, spec);
  test.rows(kChanges);
  test.barrier();
  test.expect(R"(
    +I | b | 2 | 9 | 2 | 2
    +I | c | 1 | 9 | 9 | 1
    +I | e | 1 | 4 | 4 | 1
    +I | q | 1 | 4 | 4 | 1)");
  test.rows("-D | b | 2\n -U | b | 7\n +U | b | 8\n -D | c | 9\n -U | e | 4\n +U | e | 5\n -U | e | 5\n +U | e | 4");
  test.barrier();
  test.expect("-U | b | 2 | 9 | 2 | 2\n +U | b | 1 | 8 | 8 | 1\n -D | c | 1 | 9 | 9 | 1");
  test.rows("+I | c | 2\n -D | b | 8\n +I | b | 8");
  test.barrier();
  test.expect("+I | c | 1 | 2 | 2 | 1");
  test.expect_counter("numUnknownRetractionsDropped", 2);
  test.run();
}

// The same at any size of batches: OperatorCase gives rows one by one, by seven, and all at once.
TEST(MiniBatch, ManyRowsEndItEarly) {
  const AggregationText text = text_of({"SUM(x)"});
  OperatorCase test = gathering_case(text, gathering(text.groups(), 4));
  test.rows("a | 1\n a | 2\n b | 1\n a | 3\n b | 2\n b | 3\n a | 4\n c | 1\n c | 2");
  test.expect(R"(
    +I | a | 6
    +I | b | 1
    -U | b | 1
    +U | b | 6
    -U | a | 6
    +U | a | 10
    +I | c | 1)");
  test.barrier();
  test.expect("-U | c | 1\n +U | c | 3");
  test.run();
}

TEST(MiniBatch, ChangesComeInTheOrderOfTheFirstOfEachGroup) {
  const AggregationText text = text_of({"COUNT(*)"});
  const GroupAggregateSpec spec = gathering(text.groups());
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  harness.push("b | 1\n a | 1\n b | 1");
  harness.barrier();
  harness.push("c | 1\n a | 1\n b | 1\n c | 1");
  harness.barrier();
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | b | 2", "+I | a | 1", "+I | c | 2", "-U | a | 1",
                                                           "+U | a | 2", "-U | b | 2", "+U | b | 3"}));
}

TEST(MiniBatch, TheWatermarkWaitsForTheChanges) {
  const AggregationText text = text_of({"COUNT(*)"});
  const GroupAggregateSpec spec = gathering(text.groups(), 3);
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  harness.watermark(10);
  EXPECT_EQ(harness.output_watermark(), 10);
  harness.push("a | 1");
  harness.watermark(20);
  EXPECT_EQ(harness.output_watermark(), 10);
  EXPECT_TRUE(harness.take_rows().empty());
  harness.barrier(BarrierKind::kPublish);
  EXPECT_EQ(harness.take_rows().size(), 1u);
  EXPECT_EQ(harness.output_watermark(), 20);

  harness.push("a | 1");
  harness.watermark(30);
  harness.push("a | 1\n a | 1");  // the third row: nothing is pending any more
  EXPECT_EQ(harness.take_rows().size(), 2u);
  harness.barrier(BarrierKind::kPublish);
  EXPECT_EQ(harness.output_watermark(), 30);
  harness.push("a | 1");
  harness.finish();
  EXPECT_EQ(harness.output_watermark(), kMaxWatermark);
}

TEST(MiniBatch, ManyMoreGroupsThanABatchHolds) {
  const AggregationText text = text_of({"SUM(x)", "MAX(k)"});
  const GroupAggregateSpec spec = gathering(text.groups(), 1'000'000);
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}});
  constexpr int kGroups = 3 * kBatchRowsMax;
  for (int round = 0; round < 2; ++round) {
    std::string rows;
    for (int i = 0; i < kGroups; ++i) rows += fmt::format("the key of group number {} | {}\n", i, i);
    harness.push(rows);
    EXPECT_TRUE(harness.take_rows().empty());
    harness.barrier();
    EXPECT_EQ(harness.take_rows().size(), static_cast<size_t>(round == 0 ? kGroups : 2 * (kGroups - 1)));  // 0 + 0 = 0
  }
  for (const Batch& batch : harness.batches()) EXPECT_LE(batch.num_rows(), kBatchRowsMax);
}

TEST(FinalAggregate, GivesOneRowAGroupAtTheEnd) {
  const AggregationText text = text_of({"COUNT(*)", "SUM(x)", "COUNT(DISTINCT x)"});
  GroupAggregateSpec spec = text.groups();
  spec.bounded_final_only = true;
  OperatorCase test = case_of(text, spec);
  test.rows("a | 1\n b | 5\n a | 3\n a | NULL\n NULL | 9\n b | 5");
  test.expect("");
  test.finish();
  test.expect("a | 3 | 4 | 2\n b | 2 | 10 | 1\n NULL | 1 | 9 | 1");
  test.run();
}

TEST(FinalAggregate, GivesTheGlobalRowEvenOverNothing) {
  const AggregationText text = text_of({"COUNT(*)", "SUM(x)"}, "");
  GroupAggregateSpec spec = text.groups();
  spec.bounded_final_only = true;
  OperatorCase test = case_of(text, spec);
  test.finish();
  test.expect("0 | NULL");
  test.run();

  const AggregationText keyed = text_of({"COUNT(*)", "SUM(x)"});
  GroupAggregateSpec keyed_spec = keyed.groups();
  keyed_spec.bounded_final_only = true;
  keyed_spec.input_retracts = true;
  OperatorCase nothing = case_of(keyed, keyed_spec);
  nothing.rows("+I | a | 1\n +I | b | 2\n -D | a | 1");
  nothing.finish();
  nothing.expect("b | 1 | 2");
  nothing.run();
}

TEST(GroupAggregate, ExpiredGroupsGiveTheirMemoryBack) {
  const AggregationText text = text_of({"COUNT(*)", "COUNT(DISTINCT x)", "MAX(k)"});
  GroupAggregateSpec spec = text.groups();
  spec.state_ttl_ms = 1000;
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input()}, .now = 10'000});
  std::string rows;
  for (int key = 0; key < 5000; ++key) rows += fmt::format("a key of more than sixteen bytes {} | {}\n", key, key % 7);
  harness.push(rows);
  harness.snapshot_and_restore();
  const size_t full = harness.state().pages().pages_allocated();
  harness.set_time(10'999);
  EXPECT_EQ(harness.state().pages().pages_allocated(), full);
  harness.set_time(11'200);
  EXPECT_EQ(harness.state().pages().pages_allocated(), 0U);
  EXPECT_EQ(harness.op().next_processing_timer(), kMaxWatermark);
  harness.finish();
}

}  // namespace
}  // namespace tidemill
