// plan/passes/row_numbers.h - what a condition says of ROW_NUMBER(). Source of the forms: Flink,
// RankUtil.extractRankRange.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>

#include "expr/expression.h"

namespace tidemill {

// Numbers from `start` to `end`.
struct RowNumberLimits {
  int64_t start = std::numeric_limits<int64_t>::min();
  int64_t end = std::numeric_limits<int64_t>::max();
};

// Returns what the condition says of the number in `column`, or nullopt where it is of another form than a comparison
// with a constant.
std::optional<RowNumberLimits> row_number_limits(const Expression& condition, int32_t column);

}  // namespace tidemill
