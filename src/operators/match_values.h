// operators/match_values.h - what expressions of DEFINE and MEASURES read of matches, as columns. Rule: a view is the
// match up to one of its rows; what lies behind that row is seen by FINAL only.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "operators/match_rows.h"
#include "operators/operator.h"

namespace tidemill {

// A match, or its beginning, up to its row `rows` - 1.
struct MatchView {
  const MatchPartition* partition = nullptr;
  const PartialMatch* match = nullptr;
  int64_t rows = 0;
  int64_t number = 0;  // MATCH_NUMBER()
  bool timed_out = false;
  EpochMillis time = 0;  // MATCH_ROWTIME()
};

class MatchValues {
 public:
  // `rows` and `variables` (their names) are borrowed. `input`: the schema of the rows.
  MatchValues(SchemaPtr input, const MatchRows& rows, const std::vector<std::string>& variables)
      : input_(std::move(input)), rows_(rows), variables_(variables) {}

  // Returns a column a reference, a row a view; those that `wanted` leaves out are NULL. Views of one match follow each
  // other, each with one row more than the one before.
  std::vector<ColumnPtr> columns(const std::vector<PatternReference>& references, const std::vector<bool>& wanted,
                                 std::span<const MatchView> views, OperatorContext& context) const;

 private:
  ColumnPtr column(const PatternReference& reference, std::span<const MatchView> views, OperatorContext& context) const;
  // Returns the column of an aggregate.
  ColumnPtr aggregate(const PatternReference& reference, std::span<const MatchView> views,
                      OperatorContext& context) const;
  ColumnPtr arguments(const PatternReference& reference, const MatchView& view, std::span<const int64_t> rows,
                      OperatorContext& context) const;

  SchemaPtr input_;
  const MatchRows& rows_;
  const std::vector<std::string>& variables_;
};

}  // namespace tidemill
