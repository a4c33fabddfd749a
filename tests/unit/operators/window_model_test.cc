#include "tests/unit/operators/window_model.h"

#include <gtest/gtest.h>

#include "operators/make_operator.h"
#include "operators/row_outcomes.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

namespace tidemill {
namespace {

constexpr DurationMillis kDelay = 5000;

AggregationText aggregates() {
  AggregationText text("k STRING, x BIGINT, ts TIMESTAMP(3)");
  text.keys("k").aggregate("COUNT(*)").aggregate("SUM(x)").aggregate("MIN(x)").aggregate("COUNT(DISTINCT x)");
  return text;
}

class WindowModel : public testing::TestWithParam<WindowDefinition> {};

std::string text_of(const std::vector<ModelRow>& rows) {
  std::string text;
  for (const ModelRow& row : rows) text += row.to_text();
  return text;
}

TEST_P(WindowModel, AgreesOverRandomRows) {
  for (const bool retracts : {false, true}) {
    for (uint64_t seed = 1; seed <= 2; ++seed) {
      SCOPED_TRACE(fmt::format("seed {}, retractions {}", seed, retracts));
      const std::vector<ModelRow> rows = random_rows(seed, 90, retracts);
      const ModelResult expected = model_windows(GetParam(), rows, kDelay);
      const AggregationText text = aggregates();
      WindowAggregateSpec spec = text.windows(GetParam());
      spec.input_retracts = retracts;
      OperatorCase test([spec] { return make_operator(spec); }, {.inputs = {text.input()}, .output = spec.schema});
      test.compare_by({0});
      test.read_from_split(0, {.time_column = 2, .delay_ms = kDelay});
      test.rows(text_of(rows));
      test.finish();
      test.expect(expected.rows);
      test.expect_late(expected.late);
      test.expect_counter(kRowsUsedCounter, static_cast<int64_t>(rows.size()) - expected.late);
      test.expect_counter(kWindowRowsUsedCounter, expected.window_rows_used);
      test.expect_counter(kWindowRowsLateCounter, expected.window_rows_late);
      test.run();
      EXPECT_GT(expected.late, 0);
    }
  }
}

// Rows of two splits in any interleaving: what each row counts in depends on its own split alone. (A session of rows of
// several splits depends on which came first; those of one split do not.)
TEST_P(WindowModel, DoesNotDependOnHowSplitsInterleave) {
  const std::vector<ModelRow> first = random_rows(11, 80, false);
  std::vector<ModelRow> second = random_rows(12, 80, false);
  for (ModelRow& row : second) {
    row.time += 20000;
    if (GetParam().kind == WindowKind::kSession) row.key = row.key.value_or("n") + "2";
  }
  const AggregationText text = aggregates();
  const WindowAggregateSpec spec = text.windows(GetParam());
  std::optional<std::vector<std::string>> expected;
  int64_t late = 0;
  for (const int32_t chunk : {1, 5, 33, 80}) {
    OperatorHarness harness([spec] { return make_operator(spec); }, {.inputs = {text.input(), text.input()}});
    harness.read_from_split(0, {.time_column = 2, .delay_ms = kDelay});
    harness.read_from_split(1, {.time_column = 2, .delay_ms = kDelay});
    for (int32_t row = 0; row < 80; row += chunk) {
      const int32_t end = std::min(row + chunk, 80);
      harness.push(text_of({second.begin() + row, second.begin() + end}), 1);
      harness.push(text_of({first.begin() + row, first.begin() + end}), 0);
      harness.split_watermarks();
    }
    harness.finish();
    std::vector<std::string> rows = harness.take_rows();
    std::sort(rows.begin(), rows.end());
    if (!expected) {
      expected = rows;
      late = harness.late_rows();
    }
    EXPECT_EQ(rows, *expected) << chunk << " rows at a time";
    EXPECT_EQ(harness.late_rows(), late) << chunk << " rows at a time";
  }
  EXPECT_GT(late, 0);
}

std::string name_of(const testing::TestParamInfo<WindowDefinition>& window) {
  constexpr std::string_view kNames[] = {"Tumble", "Hop", "HopOffset", "Cumulate", "Session"};
  return std::string(kNames[window.index]);
}

INSTANTIATE_TEST_SUITE_P(All, WindowModel,
                         testing::Values(tumble(10 * kSecond, 3 * kSecond), hop(5 * kSecond, 15 * kSecond),
                                         hop(4 * kSecond, 12 * kSecond, -1 * kSecond),
                                         cumulate(5 * kSecond, 20 * kSecond), session(3 * kSecond)),
                         name_of);

}  // namespace
}  // namespace tidemill
