// expr/aggregate_spec.h - one aggregate of a plan node or an operator. Rule: plain data; columns are those of the
// input.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "expr/aggregate.h"
#include "expr/expression.h"

namespace tidemill {

// What is the order of rows to a function that lists_rows().
enum class RowOrder : uint8_t {
  kArrival,  // as they come, which depends on scheduling where they come from several splits
  kLog,      // by split, offset
  kRowtime,  // by rowtime, split, offset
};

struct AggregateSpec {
  AggregateFunctionPtr function;
  ExpressionPtr argument;  // of function->argument_type(), usually a column reference; null: COUNT(*)
  bool distinct = false;
  std::optional<int32_t> filter;  // BOOLEAN input column: only rows where it is TRUE
  RowOrder order = RowOrder::kArrival;
  int32_t rowtime = -1;  // kRowtime: the input column
  std::string text;      // canonical text "SUM(x) FILTER (WHERE y)": names the field in state; unique per operator
};

}  // namespace tidemill
