// planner/operator_identity.h - stable names of operators: what state and metrics are filed under. Rule: made of the
// sink or view, the operator's kind, its keys and window, and the tables read; stateless neighbours and output columns
// do not count, so that changing them keeps state.
#pragma once
#include <map>
#include <string>

#include "plan/plan_node.h"

namespace tidemill {

// Returns what a column is, in terms of the tables' columns: "ts", "(x + 1)", "COUNT(*)".
std::string column_lineage(const PlanNode& node, int32_t column);

class OperatorIdentities {
 public:
  // Returns the identity of a node that belongs to the query of `owner` (a sink's table name, or "select"): unique in
  // the job, and the same whenever the same statements are planned.
  std::string identify(const PlanNode& node, const std::string& owner);

 private:
  std::map<std::string, int32_t> ordinals_;
};

}  // namespace tidemill
