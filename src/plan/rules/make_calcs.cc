// plan/rules/make_calcs.cc - filters and projections become Calc nodes. Rule: runs last; the planner knows no other
// form.
#include "plan/calc.h"
#include "plan/rules/rule.h"

namespace tidemill {
namespace {

PlanPtr make_calc(const PlanPtr& node) {
  if (const auto* filter = node->try_as<FilterNode>()) {
    return std::make_shared<CalcNode>(node->input(), filter->predicate(), column_references(*node->schema()),
                                      node->schema());
  }
  const auto* project = node->try_as<ProjectNode>();
  if (project == nullptr) return node;
  // Inputs are changed first: the filter below is a Calc by now.
  const auto* below = node->input()->try_as<CalcNode>();
  const bool over_filter = below != nullptr && is_identity(below->projections(), *below->input()->schema());
  return over_filter
             ? std::make_shared<CalcNode>(below->input(), below->predicate(), project->projections(), node->schema())
             : std::make_shared<CalcNode>(node->input(), nullptr, project->projections(), node->schema());
}

}  // namespace

PlanPtr make_calcs(const PlanPtr& root, const OptimizerContext&) { return rewrite_plan(root, make_calc); }

}  // namespace tidemill
