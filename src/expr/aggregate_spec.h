// expr/aggregate_spec.h - one aggregate of a plan node or an operator. Rule: plain data; columns are those of the
// input.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "expr/aggregate.h"
#include "expr/expression.h"

namespace tidemill {

struct AggregateSpec {
  AggregateFunctionPtr function;
  ExpressionPtr argument;  // of function->argument_type(), usually a column reference; null: COUNT(*)
  bool distinct = false;
  std::optional<int32_t> filter;  // BOOLEAN input column: only rows where it is TRUE
  std::string text;  // canonical text "SUM(x) FILTER (WHERE y)": names the field in state; unique per operator
};

}  // namespace tidemill
