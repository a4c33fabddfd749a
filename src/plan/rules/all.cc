// plan/rules/all.cc - the optimiser: every rule, in order. Rule: what a later rule needs, an earlier one has done.
#include <array>
#include <unordered_map>

#include "plan/rules/rule.h"
#include "plan/statement_set.h"

namespace tidemill {
namespace {

// Equal scans become one first, so that what each of several queries reads is read once; filters go down and
// projections meet before windows are recognised, because a window's rows and its aggregate must be neighbours; that
// leaves projections of its own, and so both are repeated before columns are pruned. What orders the rows of an
// aggregate must be known by then. Keys of joins become columns before Top-N is recognised, which asks whether its rows
// have windows. Fields of ROWs are read by themselves when all that looks into a scan's rows is in the Calcs above it.
// Who reads a scan is known when nothing is shared any more.
constexpr std::array kRules = {
    Rule{"share subplans", share_subplans},
    Rule{"fold constants", fold_constants},
    Rule{"push filters", push_filters},
    Rule{"merge projects", merge_projects},
    Rule{"recognize windows", recognize_windows},
    Rule{"push filters", push_filters},
    Rule{"extract join keys", extract_join_keys},
    Rule{"recognize ranks", recognize_ranks},
    Rule{"order rows", order_rows},
    Rule{"merge projects", merge_projects},
    Rule{"prune columns", prune_columns},
    Rule{"merge projects", merge_projects},
    Rule{"make calcs", make_calcs},
    Rule{"make lookup joins", make_lookup_joins},
    Rule{"read row fields", read_row_fields},
    Rule{"name ranks", name_ranks},
    Rule{"share subplans", share_subplans},
    Rule{"merge window aggregates", merge_window_aggregates},
    Rule{"offer conditions", offer_conditions},
};

class Rewriter {
 public:
  explicit Rewriter(const std::function<PlanPtr(const PlanPtr&)>& change) : change_(change) {}

  PlanPtr rewrite(const PlanPtr& node) {
    const auto known = done_.find(node.get());
    if (known != done_.end()) return known->second;
    std::vector<PlanPtr> inputs;
    bool changed = false;
    for (const PlanPtr& input : node->inputs()) {
      inputs.push_back(rewrite(input));
      changed = changed || inputs.back() != input;
    }
    PlanPtr result = change_(changed ? node->with_inputs(std::move(inputs)) : node);
    done_.emplace(node.get(), result);
    return result;
  }

 private:
  const std::function<PlanPtr(const PlanPtr&)>& change_;
  std::unordered_map<const PlanNode*, PlanPtr> done_;
};

}  // namespace

ExpressionPtr merge_expression(const ExpressionPtr& expression, std::span<const ExpressionPtr> replacements) {
  ExpressionPtr merged = substitute_columns(expression, replacements);
  const bool grew = merged->size() > expression->size();
  const bool large = merged->size() > kMergedExpressionSizeMax || merged->height() > kMergedExpressionHeightMax;
  return grew && large ? nullptr : merged;
}

std::span<const Rule> optimizer_rules() { return kRules; }

std::vector<PlanPtr> optimize(const std::vector<PlanPtr>& roots, const OptimizerContext& context) {
  PlanPtr all = std::make_shared<StatementSetNode>(roots);
  for (const Rule& rule : optimizer_rules()) all = rule.apply(all, context);
  return all->inputs();
}

PlanPtr rewrite_plan(const PlanPtr& root, const std::function<PlanPtr(const PlanPtr&)>& change) {
  return Rewriter(change).rewrite(root);
}

}  // namespace tidemill
