// planner/operator_identity.h - stable names of operators: what state and metrics are filed under. Rule: made of the
// sink or view, the operator's kind, its keys and window, and the tables read; stateless neighbours and output columns
// do not count, so that changing them keeps state.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/sort_key.h"
#include "expr/expression.h"
#include "plan/plan_node.h"

namespace tidemill {

class OperatorIdentities {
 public:
  // Returns the identity of a node that belongs to the query of `owner` (a sink's table name, or "select"): unique in
  // the job, and the same whenever the same statements are planned.
  std::string identify(const PlanNode& node, const std::string& owner);

 private:
  std::string signature(const PlanNode& node);
  // Returns what a column is, in terms of the tables' columns: "ts", "(x + 1)", "COUNT(*)"; of a text that is long, its
  // hash, because columns of columns can double it at each level.
  const std::string& lineage(const PlanNode& node, int32_t column);
  std::string lineage_anew(const PlanNode& node, int32_t column);
  std::string lineage_of_expression(const PlanNode& input, const Expression& expression);
  std::string lineage_of_order(const PlanNode& input, const std::vector<SortKey>& order);
  std::string lineage_of_keys(const PlanNode& input, const std::vector<int32_t>& keys);

  std::map<std::string, int32_t> ordinals_;
  std::map<std::pair<const PlanNode*, int32_t>, std::string> lineages_;
};

}  // namespace tidemill
