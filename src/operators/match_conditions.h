// operators/match_conditions.h - the conditions of DEFINE. Rule: one on the row alone is evaluated for a whole batch;
// another one for all beginnings of matches that ask; one that may fail only when it is asked.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "operators/match_aggregates.h"
#include "operators/match_values.h"
#include "operators/pattern_matcher.h"

namespace tidemill {

class MatchConditions final : public PatternMatcher::Conditions {
 public:
  // All are borrowed.
  MatchConditions(const RowPatternDefinition& definition, const PatternMatcher& matcher, const MatchValues& values);

  void open(OperatorContext& context) { context_ = &context; }
  // Evaluates what depends on the rows alone. The batch must outlive this use.
  void begin(const Batch& batch);
  // The row of the batch that is asked for: it is the newest of the partition, as number `row`, and not yet in any of
  // its matches.
  void begin_row(const MatchPartition& partition, int32_t batch_row, int64_t row, EpochMillis time);
  bool fits(int32_t variable, size_t index) override;
  void added(int32_t variable, PartialMatch& match) override { aggregates_.add(batch_row_, variable, match); }
  const MatchAggregates& aggregates() const { return aggregates_; }

 private:
  // Evaluates a condition for the beginnings at `indices` with the row as their next one.
  void evaluate(int32_t variable, const std::vector<size_t>& indices);
  std::vector<ColumnPtr> tested_columns(std::vector<bool> wanted, std::span<const MatchView> views);
  bool fits_row(int32_t variable);

  const RowPatternDefinition& definition_;
  const PatternMatcher& matcher_;
  const MatchValues& values_;
  SchemaPtr tested_;                       // of definition_.tested
  std::vector<std::vector<bool>> wanted_;  // by variable: what its condition reads of that
  MatchAggregates aggregates_;
  OperatorContext* context_ = nullptr;

  const Batch* batch_ = nullptr;
  std::vector<std::vector<uint8_t>> of_rows_;  // by variable, row of the batch
  const MatchPartition* partition_ = nullptr;
  int32_t batch_row_ = 0;
  int64_t row_ = 0;
  EpochMillis time_ = 0;
  // By variable, beginning: whether the row at hand fits, nullopt: not asked yet.
  std::vector<std::vector<std::optional<bool>>> of_beginnings_;
};

}  // namespace tidemill
