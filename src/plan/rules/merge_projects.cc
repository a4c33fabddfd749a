// plan/rules/merge_projects.cc - makes one projection of two. Rule: nothing is computed twice, and no value that must
// be one becomes two.
#include <algorithm>

#include "plan/calc.h"
#include "plan/rules/rule.h"

namespace tidemill {
namespace {

void count_uses(const ExpressionPtr& expression, std::vector<int32_t>& uses) {
  if (const auto* column = expression->try_as<ColumnReference>()) {
    ++uses[static_cast<size_t>(column->index())];
    return;
  }
  for (const ExpressionPtr& child : expression->children()) count_uses(child, uses);
}

bool is_cheap(const ExpressionPtr& expression) {
  return expression->kind() == ExpressionKind::kColumn || expression->kind() == ExpressionKind::kLiteral;
}

// Merging must not compute anything twice, nor twice give what must be one value (RAND).
bool may_merge(const std::vector<ExpressionPtr>& outer, const std::vector<ExpressionPtr>& inner) {
  std::vector<int32_t> uses(inner.size(), 0);
  for (const ExpressionPtr& expression : outer) count_uses(expression, uses);
  for (size_t i = 0; i < inner.size(); ++i) {
    if (uses[i] > 1 && !is_cheap(inner[i])) return false;
  }
  return true;
}

bool changes_nothing(const PlanNode& project) {
  return is_identity(project.as<ProjectNode>().projections(), *project.input()->schema()) &&
         *project.schema() == *project.input()->schema();
}

PlanPtr merge(const PlanPtr& node) {
  const auto* outer = node->try_as<ProjectNode>();
  if (outer == nullptr) return node;
  if (changes_nothing(*node)) return node->input();
  const auto* inner = node->input()->try_as<ProjectNode>();
  if (inner == nullptr || !may_merge(outer->projections(), inner->projections())) return node;
  std::vector<ExpressionPtr> projections;
  for (const ExpressionPtr& expression : outer->projections()) {
    projections.push_back(merge_expression(expression, inner->projections()));
    if (projections.back() == nullptr) return node;
  }
  return merge(make_project(inner->input(), std::move(projections), node->schema()));
}

}  // namespace

PlanPtr merge_projects(const PlanPtr& root, const OptimizerContext&) { return rewrite_plan(root, merge); }

}  // namespace tidemill
