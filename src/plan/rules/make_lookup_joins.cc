// plan/rules/make_lookup_joins.cc - joins with a table that is asked for rows lose it as an input. Rule: runs after all
// that pushes conditions and prunes columns.
#include "plan/lookup_join.h"
#include "plan/rules/rule.h"

namespace tidemill {
namespace {

PlanPtr make_lookup_join(const PlanPtr& node) {
  const auto* join = node->try_as<JoinNode>();
  if (join == nullptr || !std::holds_alternative<LookupMatch>(join->match())) return node;
  return std::make_shared<LookupJoinNode>(std::static_pointer_cast<const JoinNode>(node));
}

}  // namespace

PlanPtr make_lookup_joins(const PlanPtr& root, const OptimizerContext&) { return rewrite_plan(root, make_lookup_join); }

}  // namespace tidemill
