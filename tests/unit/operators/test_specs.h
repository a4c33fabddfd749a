// tests/unit/operators/test_specs.h - specs of aggregations written as short text. Rule: columns are named as in the
// input schema; functions are those of the engine.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "expr/function_registry.h"
#include "operators/spec.h"

namespace tidemill {

class AggregationText {
 public:
  // `input`: "k STRING, x INT, ts TIMESTAMP(3)" (data/pretty.h).
  explicit AggregationText(std::string_view input);

  const SchemaPtr& input() const { return input_; }
  int32_t column(std::string_view name) const;

  // "k" or "k, x".
  AggregationText& keys(std::string_view names);
  // "COUNT(*)", "SUM(x)", "COUNT(DISTINCT x)", "MAX(x) FILTER f".
  AggregationText& aggregate(std::string_view text);

  // The aggregates so far that list rows take them by `ts`.
  AggregationText& rows_by_time();

  // Keys, aggregates, window_start, window_end and, where asked for, window_time. The time column is `ts`.
  WindowAggregateSpec windows(const WindowDefinition& window, bool with_window_time = false) const;
  GroupAggregateSpec groups() const;

 private:
  std::vector<Field> result_fields() const;

  SchemaPtr input_;
  std::vector<int32_t> keys_;
  std::vector<AggregateSpec> aggregates_;
};

constexpr DurationMillis kSecond = 1000;
constexpr DurationMillis kMinute = 60 * kSecond;
constexpr DurationMillis kHour = 60 * kMinute;

inline WindowDefinition tumble(DurationMillis size, DurationMillis offset = 0) {
  return {.kind = WindowKind::kTumble, .size = size, .offset = offset};
}
inline WindowDefinition hop(DurationMillis slide, DurationMillis size, DurationMillis offset = 0) {
  return {.kind = WindowKind::kHop, .size = size, .slide = slide, .offset = offset};
}
inline WindowDefinition cumulate(DurationMillis step, DurationMillis size, DurationMillis offset = 0) {
  return {.kind = WindowKind::kCumulate, .size = size, .slide = step, .offset = offset};
}
inline WindowDefinition session(DurationMillis gap) { return {.kind = WindowKind::kSession, .size = gap}; }

}  // namespace tidemill
