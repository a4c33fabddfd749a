// sql/binder/aggregate_input.h - the columns that aggregates read. Rule: each expression is computed once.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "expr/aggregate_spec.h"
#include "plan/plan_node.h"
#include "sql/binder/aggregate_calls.h"

namespace tidemill {

class AggregateInput {
 public:
  // `names` are those of the columns that the expressions are over.
  explicit AggregateInput(std::vector<std::string> names) : column_names_(std::move(names)) {}

  // Returns the column that holds the expression.
  int32_t add(const ExpressionPtr& expression);
  // Returns the call over these columns, with a text that is not among `texts`, which it joins.
  AggregateSpec make_spec(const BoundAggregate& call, std::set<std::string>& texts);
  // Returns the columns as a projection of `plan`.
  PlanPtr project(PlanPtr plan) const;

 private:
  std::vector<std::string> column_names_;
  std::vector<ExpressionPtr> expressions_;
  std::vector<std::string> names_;
};

}  // namespace tidemill
