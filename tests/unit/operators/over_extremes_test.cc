#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "operators/make_operator.h"
#include "tests/operators/harness/operator_case.h"
#include "tests/unit/operators/test_specs.h"

// MIN and MAX of several types beside sums, over frames of random rows, each looked at anew.
namespace tidemill {
namespace {

constexpr DurationMillis kDelayMs = 20;

// One number stands for the values of all columns, which order as it does.
struct Row {
  EpochMillis time;
  std::optional<int64_t> number;
  bool passes;
};

std::string cells(const std::optional<int64_t>& number) {
  if (!number) return "NULL | NULL | NULL | NULL";
  const std::string_view rest = *number % 2 == 0 ? "" : " which is too long for inline";
  return fmt::format("{} | {}.5 | {}.25 | {:04}{}", *number, *number, *number, *number, rest);
}

// NULL for no numbers.
std::string total(const std::vector<int64_t>& numbers, int64_t hundredths) {
  if (numbers.empty()) return "NULL";
  int64_t sum = 0;
  for (const int64_t number : numbers) sum += number * 100 + hundredths;
  return hundredths == 0 ? fmt::format("{}", sum / 100) : fmt::format("{}.{:02}", sum / 100, sum % 100);
}

std::string extreme(const std::vector<int64_t>& numbers, bool least) {
  if (numbers.empty()) return cells(std::nullopt);
  return cells(least ? *std::ranges::min_element(numbers) : *std::ranges::max_element(numbers));
}

OverAggregateSpec spec_of(const OverFrame& frame, bool sums) {
  AggregationText text("k STRING, i INT, d DOUBLE, m DECIMAL(25, 2), t STRING, f BOOLEAN, ts TIMESTAMP(3)");
  text.keys("k");
  for (const char* const name : {"MIN", "MAX"})
    for (const char* const column : {"i", "d", "m", "t"}) text.aggregate(fmt::format("{}({})", name, column));
  text.aggregate("MAX(i) FILTER f");
  if (sums) text.aggregate("SUM(i)").aggregate("SUM(m)").aggregate("COUNT(t)");
  OverAggregateSpec spec;
  spec.keys = {0};
  spec.time_column = 6;
  spec.frame = frame;
  spec.aggregates = text.groups().aggregates;
  std::vector<Field> fields = text.input()->fields();
  for (const AggregateSpec& aggregate : spec.aggregates)
    fields.push_back({aggregate.text, aggregate.function->result_type()});
  spec.schema = make_schema(std::move(fields));
  return spec;
}

std::string line_of(const std::string& key, const Row& row) {
  return fmt::format("{} | {} | {} | T{}", key, cells(row.number), row.passes ? "TRUE" : "FALSE", row.time);
}

std::string result_of(const std::vector<Row>& rows, size_t at, const OverFrame& frame, bool sums) {
  std::vector<int64_t> numbers, passing;
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool in = frame.rows ? i <= at && i + static_cast<size_t>(*frame.preceding) >= at
                               : rows[i].time <= rows[at].time && rows[i].time >= rows[at].time - *frame.preceding;
    if (!in || !rows[i].number) continue;
    numbers.push_back(*rows[i].number);
    if (rows[i].passes) passing.push_back(*rows[i].number);
  }
  std::string text = extreme(numbers, true) + " | " + extreme(numbers, false) + " | ";
  text += passing.empty() ? "NULL" : fmt::format("{}", *std::ranges::max_element(passing));
  if (sums) text += fmt::format(" | {} | {} | {}", total(numbers, 0), total(numbers, 25), numbers.size());
  return text;
}

// `spread`: of the numbers; few make ties. `trend`: added from row to row, so that queues become long.
void expect_like_model(const OverFrame& frame, bool sums, int64_t spread, int64_t trend) {
  SCOPED_TRACE(fmt::format("{} {} spread {} trend {}", frame.rows ? "ROWS" : "RANGE", *frame.preceding, spread, trend));
  std::mt19937 random(static_cast<uint32_t>(spread + trend + *frame.preceding));
  std::map<std::string, std::vector<Row>> partitions;
  std::string text;
  EpochMillis time = 1000;
  for (int32_t i = 0; i < 70; ++i) {
    time += static_cast<EpochMillis>(random() % 6);
    const std::string key(1, static_cast<char>('a' + random() % 2));
    Row row{time - static_cast<EpochMillis>(random() % kDelayMs),
            500 + trend * i + static_cast<int64_t>(random() % 1000) % spread, random() % 3 != 0};
    if (random() % 7 == 0) row.number.reset();
    text += line_of(key, row) + "\n";
    partitions[key].push_back(row);
  }
  std::string expected;
  for (auto& [key, rows] : partitions) {
    std::ranges::stable_sort(rows, {}, &Row::time);
    for (size_t i = 0; i < rows.size(); ++i)
      expected += line_of(key, rows[i]) + " | " + result_of(rows, i, frame, sums) + "\n";
  }
  const OverAggregateSpec spec = spec_of(frame, sums);
  std::vector<Field> fields = spec.schema->fields();
  fields.resize(7);
  OperatorCase test([spec] { return make_operator(spec); },
                    {.inputs = {make_schema(std::move(fields))}, .output = spec.schema});
  test.compare_by({0});
  test.read_from_split(0, {.time_column = 6, .delay_ms = kDelayMs});
  test.rows(text);
  test.finish();
  test.expect(expected);
  test.expect_late(0);
  test.run();
}

TEST(OverExtremes, AreThoseOfTheFrame) {
  for (const OverFrame& frame : {OverFrame{.rows = false, .preceding = 0}, OverFrame{.rows = false, .preceding = 25},
                                 OverFrame{.rows = false, .preceding = 150}, OverFrame{.rows = true, .preceding = 0},
                                 OverFrame{.rows = true, .preceding = 5}, OverFrame{.rows = true, .preceding = 30}}) {
    expect_like_model(frame, true, 5, 0);
    expect_like_model(frame, false, 1000, 0);
    expect_like_model(frame, true, 3, 2);
    expect_like_model(frame, false, 3, -2);
  }
}

}  // namespace
}  // namespace tidemill
