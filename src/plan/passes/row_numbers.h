// plan/passes/row_numbers.h - what a condition says of ROW_NUMBER(). Source of the forms: Flink,
// RankUtil.extractRankRange.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "expr/expression.h"

namespace tidemill {

// Numbers from `start` to `end`.
struct RowNumberLimits {
  int64_t start = std::numeric_limits<int64_t>::min();
  int64_t end = std::numeric_limits<int64_t>::max();
};

// A condition on rows with numbers.
struct RowNumberCondition {
  RowNumberLimits limits;
  std::vector<ExpressionPtr> rest;  // of the AND: what does not read the number
};

// Takes apart what the condition says of the number in `column`; nullopt where it reads it in another form than a
// comparison with a constant.
std::optional<RowNumberCondition> row_number_condition(const ExpressionPtr& condition, int32_t column);

}  // namespace tidemill
