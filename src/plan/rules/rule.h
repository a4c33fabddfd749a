// plan/rules/rule.h - what an optimiser rule is, and the order they run in. Rule: a rule keeps the result, the output
// columns with their names and types, and never makes an expression run for rows it did not run for before.
#pragma once
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "expr/expression.h"
#include "plan/plan_node.h"

namespace tidemill {

class TableTraits;  // plan/passes/changelog.h

// What rules may know besides the plan.
struct OptimizerContext {
  EvaluationContext evaluation;         // for constants
  const TableTraits* tables = nullptr;  // of the job's tables
  bool batch_where_bounded = false;     // each group gives one final row where all input is bounded
  bool rows_by_time = true;             // FIRST_VALUE, LAST_VALUE and LISTAGG do not take rows as they come
};

struct Rule {
  std::string_view name;
  PlanPtr (*apply)(const PlanPtr& root, const OptimizerContext& context);
};

// How large an expression a rule may make by putting expressions into one another. Every walk over an expression takes
// time and stack by these, and projections over projections can double the size at each level.
constexpr int64_t kMergedExpressionSizeMax = 20'000;
constexpr int32_t kMergedExpressionHeightMax = 2'000;

// Returns `expression` with the columns replaced, or null where that would be larger than a rule may make it.
ExpressionPtr merge_expression(const ExpressionPtr& expression, std::span<const ExpressionPtr> replacements);

// Returns all rules in the order they run (all.cc).
std::span<const Rule> optimizer_rules();

// Runs all rules over the queries and sinks of one job, which share what they have in common. Throws UserError where a
// constant cannot be computed (1/0).
std::vector<PlanPtr> optimize(const std::vector<PlanPtr>& roots, const OptimizerContext& context);

// Returns the plan with `change` applied to every node, inputs first. A node that several share is changed once, and
// its result shared. `change` returns its argument where there is nothing to do.
PlanPtr rewrite_plan(const PlanPtr& root, const std::function<PlanPtr(const PlanPtr&)>& change);

// The rules, each in its file.
PlanPtr fold_constants(const PlanPtr& root, const OptimizerContext& context);
PlanPtr push_filters(const PlanPtr& root, const OptimizerContext& context);
PlanPtr merge_projects(const PlanPtr& root, const OptimizerContext& context);
PlanPtr recognize_windows(const PlanPtr& root, const OptimizerContext& context);
PlanPtr recognize_ranks(const PlanPtr& root, const OptimizerContext& context);
PlanPtr order_rows(const PlanPtr& root, const OptimizerContext& context);
PlanPtr extract_join_keys(const PlanPtr& root, const OptimizerContext& context);
PlanPtr prune_columns(const PlanPtr& root, const OptimizerContext& context);
PlanPtr share_subplans(const PlanPtr& root, const OptimizerContext& context);
PlanPtr make_calcs(const PlanPtr& root, const OptimizerContext& context);
PlanPtr make_lookup_joins(const PlanPtr& root, const OptimizerContext& context);
PlanPtr read_row_fields(const PlanPtr& root, const OptimizerContext& context);
PlanPtr merge_window_aggregates(const PlanPtr& root, const OptimizerContext& context);
PlanPtr name_ranks(const PlanPtr& root, const OptimizerContext& context);
PlanPtr offer_conditions(const PlanPtr& root, const OptimizerContext& context);

}  // namespace tidemill
