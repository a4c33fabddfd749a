// plan/rules/push_filters.cc - moves filters towards the sources. Rule: conjuncts keep their order, and one that can
// fail never passes one that stays behind.
#include <algorithm>
#include <functional>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/rules/rule.h"
#include "plan/window.h"

namespace tidemill {
namespace {

std::vector<ExpressionPtr> conjuncts_of(const ExpressionPtr& predicate) {
  if (predicate->kind() == ExpressionKind::kAnd) return predicate->children();
  return {predicate};
}

PlanPtr push(const PlanPtr& input, const ExpressionPtr& predicate);

// Returns `input` under a filter of those conjuncts, if any.
PlanPtr filter_rest(PlanPtr input, std::vector<ExpressionPtr> conjuncts) {
  if (conjuncts.empty()) return input;
  return make_filter(std::move(input), make_and(std::move(conjuncts)));
}

// Splits the conjuncts into those that may move below a node and the rest.
struct Split {
  std::vector<ExpressionPtr> moved, kept;
};
Split split(const ExpressionPtr& predicate, const std::function<bool(int32_t)>& column_may_move) {
  Split result;
  for (const ExpressionPtr& conjunct : conjuncts_of(predicate)) {
    const bool overtakes = !result.kept.empty() && conjunct->can_fail();
    const bool moves =
        conjunct->is_deterministic() && !overtakes && std::ranges::all_of(columns_of(*conjunct), column_may_move);
    (moves ? result.moved : result.kept).push_back(conjunct);
  }
  return result;
}

PlanPtr push_through_project(const PlanPtr& input, const ExpressionPtr& predicate) {
  const std::vector<ExpressionPtr>& projections = input->as<ProjectNode>().projections();
  const Split parts =
      split(predicate, [&](int32_t column) { return projections[static_cast<size_t>(column)]->is_deterministic(); });
  if (parts.moved.empty()) return make_filter(input, predicate);
  const ExpressionPtr below = substitute_columns(make_and(parts.moved), projections);
  return filter_rest(input->with_inputs({push(input->input(), below)}), parts.kept);
}

PlanPtr push_through_union(const PlanPtr& input, const ExpressionPtr& predicate) {
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& part : input->inputs()) inputs.push_back(push(part, predicate));
  return input->with_inputs(std::move(inputs));
}

PlanPtr push_through_windows(const PlanPtr& input, const ExpressionPtr& predicate) {
  const int32_t window_start = input->as<WindowAssignNode>().window_start();
  const Split parts = split(predicate, [&](int32_t column) { return column < window_start; });
  if (parts.moved.empty()) return make_filter(input, predicate);
  return filter_rest(input->with_inputs({push(input->input(), make_and(parts.moved))}), parts.kept);
}

PlanPtr push_through_keys(const PlanPtr& input, const ExpressionPtr& predicate) {
  const std::vector<int32_t>& keys = input->as<AggregateNode>().keys();
  const auto is_key = [&](int32_t column) { return static_cast<size_t>(column) < keys.size(); };
  Split parts = split(predicate, is_key);
  // Without keys every row counts for the one group: a constant condition stays above it.
  const bool global = keys.empty();
  if (parts.moved.empty() || global) return make_filter(input, predicate);
  const ExpressionPtr below = renumber_columns(make_and(parts.moved), keys);
  return filter_rest(input->with_inputs({push(input->input(), below)}), parts.kept);
}

// Returns the rows of `input` that pass `predicate`, with the filter as far down as it may go.
PlanPtr push(const PlanPtr& input, const ExpressionPtr& predicate) {
  switch (input->kind()) {
    case PlanKind::kFilter:
      return push(input->input(), make_and({input->as<FilterNode>().predicate(), predicate}));
    case PlanKind::kProject:
      return push_through_project(input, predicate);
    case PlanKind::kUnion:
      return push_through_union(input, predicate);
    case PlanKind::kWindowAssign:
      return push_through_windows(input, predicate);
    case PlanKind::kAggregate:
      return push_through_keys(input, predicate);
    default:
      return make_filter(input, predicate);
  }
}

}  // namespace

PlanPtr push_filters(const PlanPtr& root, const OptimizerContext&) {
  return rewrite_plan(root, [](const PlanPtr& node) {
    const auto* filter = node->try_as<FilterNode>();
    return filter == nullptr ? node : push(node->input(), filter->predicate());
  });
}

}  // namespace tidemill
