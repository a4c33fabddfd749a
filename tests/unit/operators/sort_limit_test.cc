#include "operators/sort_limit.h"

#include <gtest/gtest.h>

#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"

namespace tidemill {
namespace {

SortLimitSpec spec_of(std::string_view schema, std::vector<SortKey> keys) {
  SortLimitSpec spec;
  spec.keys = std::move(keys);
  spec.schema = parse_schema(schema);
  return spec;
}

// Order matters here, so the harness is driven by hand.
void expect_sorted(const SortLimitSpec& spec, std::string_view rows, const std::vector<std::string>& expected,
                   int64_t run_rows, bool one_by_one) {
  OperatorHarness harness([&] { return std::make_unique<SortLimit>(spec, run_rows); },
                          {.inputs = {spec.schema}, .output = spec.schema});
  const Batch batch = parse_batch(spec.schema, rows);
  if (!one_by_one) harness.push(batch);
  for (int32_t row = 0; one_by_one && row < batch.num_rows(); ++row) {
    harness.push(batch.slice(row, 1));
    harness.snapshot_and_restore();
  }
  harness.finish();
  EXPECT_EQ(harness.take_rows(), expected) << (one_by_one ? "one by one" : "at once") << ", runs of " << run_rows;
}

// Rows one by one with restores and all at once, sorted in memory and in runs.
void expect_sorted(const SortLimitSpec& spec, std::string_view rows, const std::vector<std::string>& expected) {
  for (const int64_t run_rows : {int64_t{1}, int64_t{2}, SortLimit::kRunRows})
    for (const bool one_by_one : {false, true}) expect_sorted(spec, rows, expected, run_rows, one_by_one);
}

TEST(SortLimit, SortsByKeysWithNullsWhereAskedForAndKeepsTheOrderOfEqualRows) {
  const std::string_view rows = "a | 2\n b | NULL\n c | 1\n d | 2\n e | -5\n f | NULL";
  expect_sorted(spec_of("k STRING, x INT", {{1, false, true}}), rows,
                {"+I | b | NULL", "+I | f | NULL", "+I | e | -5", "+I | c | 1", "+I | a | 2", "+I | d | 2"});
  expect_sorted(spec_of("k STRING, x INT", {{1, true, false}, {0, true, true}}), rows,
                {"+I | d | 2", "+I | a | 2", "+I | c | 1", "+I | e | -5", "+I | f | NULL", "+I | b | NULL"});
}

TEST(SortLimit, GivesValuesAsTheyCame) {
  expect_sorted(spec_of("d DOUBLE, f FLOAT, c CHAR(3), s STRING", {{0, false, true}}),
                "NaN | -0.0 | a | a text longer than twelve bytes\n 0.0 | 1.5 | bc | x\n -1.0 | NaN | NULL | NULL\n "
                "-Infinity | NULL | abc | y",
                {"+I | -Infinity | NULL | abc | y", "+I | -1 | NaN | NULL | NULL", "+I | 0 | 1.5 | 'bc ' | x",
                 "+I | NaN | -0 | 'a  ' | a text longer than twelve bytes"});
}

TEST(SortLimit, LimitAndOffsetCountDuplicatesAndForgetWhatWasTakenBack) {
  SortLimitSpec spec = spec_of("k STRING, x INT", {{1, false, true}});
  spec.limit = 3;
  spec.offset = 1;
  spec.input_retracts = true;
  expect_sorted(spec, "+I | a | 1\n +I | b | 0\n +I | a | 1\n +I | c | 5\n -D | b | 0\n +I | d | 7\n +I | a | 1",
                {"+I | a | 1", "+I | a | 1", "+I | c | 5"});
  spec.limit = 0;
  expect_sorted(spec, "+I | a | 1", {});
  spec.limit = std::nullopt;
  expect_sorted(spec, "+I | a | 1\n +I | b | 2", {"+I | b | 2"});
}

TEST(SortLimit, WithALimitRowsThatCannotComeOutAreNotKept) {
  SortLimitSpec spec = spec_of("k STRING, x INT", {{1, true, true}});
  spec.limit = 3;
  OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {spec.schema}, .output = spec.schema});
  size_t most_bytes = 0;
  for (int32_t batch = 0; batch < 40; ++batch) {
    std::string rows;
    for (int32_t i = 0; i < 1000; ++i) rows += fmt::format("k | {}\n", (batch * 1000 + i) * 7919 % 40009);
    harness.push(rows);
    most_bytes = std::max(most_bytes, harness.state().memory_bytes());
  }
  harness.finish();
  EXPECT_EQ(harness.take_rows(), (std::vector<std::string>{"+I | k | 40008", "+I | k | 40007", "+I | k | 40006"}));
  EXPECT_LT(most_bytes, 2'000'000U);
}

TEST(SortLimit, LimitAlonePassesTheFirstRowsAtOnce) {
  SortLimitSpec spec = spec_of("k STRING", {});
  spec.limit = 3;
  spec.offset = 1;
  OperatorCase test([spec] { return make_operator(spec); }, {.inputs = {spec.schema}, .output = spec.schema});
  test.rows("a\n b");
  test.expect("b");
  test.rows("c\n d\n e");
  test.expect("c\n d");
  test.finish();
  test.expect("");
  test.run();
}

TEST(SortLimit, LimitAloneOverRowsThatAreTakenBackWaitsForTheEnd) {
  SortLimitSpec spec = spec_of("k STRING", {});
  spec.limit = 2;
  spec.input_retracts = true;
  expect_sorted(spec, "+I | a\n +I | b\n -D | a\n +I | c\n +I | d", {"+I | b", "+I | c"});
}

}  // namespace
}  // namespace tidemill
