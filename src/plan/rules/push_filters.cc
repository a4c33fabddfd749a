// plan/rules/push_filters.cc - moves filters towards the sources. Rule: conjuncts keep their order, one that can fail
// never passes one that stays behind, and no filter divides what several read.
#include <algorithm>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join_filters.h"
#include "plan/match.h"
#include "plan/over.h"
#include "plan/rank.h"
#include "plan/rules/rule.h"
#include "plan/unnest.h"
#include "plan/window.h"

namespace tidemill {
namespace {

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

// Returns `input` under a filter of those conjuncts, if any.
PlanPtr filter_rest(PlanPtr input, std::vector<ExpressionPtr> conjuncts) {
  if (conjuncts.empty()) return input;
  return make_filter(std::move(input), make_and(std::move(conjuncts)));
}

class Pusher {
 public:
  explicit Pusher(const PlanPtr& root) {
    visit_plan(*root, [&](const PlanNode& node) {
      for (const PlanPtr& input : node.inputs()) ++consumers_[input.get()];
    });
  }

  PlanPtr rewrite(const PlanPtr& node) {
    const auto known = done_.find(node.get());
    if (known != done_.end()) return known->second;
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : node->inputs()) inputs.push_back(rewrite(input));
    PlanPtr result = inputs == node->inputs() ? node : node->with_inputs(std::move(inputs));
    if (const auto* join = result->try_as<JoinNode>()) result = push_through_join(*join, {});
    if (const auto* filter = result->try_as<FilterNode>()) result = push(result->input(), filter->predicate());
    if (consumers_[node.get()] > 1) shared_.insert(result.get());
    done_.emplace(node.get(), result);
    return result;
  }

 private:
  // Returns the rows of `input` that pass `predicate`, with the filter as far down as it may go. What several read
  // (`shared`: by a node above) and is worth computing once, or may fan out again below, stays one; projections and
  // filters are cheap to have twice.
  PlanPtr push(const PlanPtr& input, const ExpressionPtr& predicate, bool shared = false) {
    shared = shared || shared_.contains(input.get());
    switch (input->kind()) {
      case PlanKind::kFilter:
        return push(input->input(), make_and({input->as<FilterNode>().predicate(), predicate}), shared);
      case PlanKind::kProject:
        return push_through_project(input, predicate, shared);
      case PlanKind::kUnion:
        if (shared) break;
        return push_through_union(input, predicate);
      case PlanKind::kWindowAssign:
        if (shared) break;
        return push_through_windows(input, predicate);
      case PlanKind::kUnnest:
        if (shared) break;
        return push_through_unnest(input, predicate);
      case PlanKind::kAggregate:
        if (shared) break;
        return push_through_keys(input, predicate, input->as<AggregateNode>().keys());
      case PlanKind::kMatch:
        if (shared || predicate->can_fail()) break;  // a row may be in no match
        return push_through_keys(input, predicate, input->as<MatchNode>().keys());
      case PlanKind::kJoin:
        if (shared) break;
        return push_through_join(input->as<JoinNode>(), conjuncts_of(predicate));
      case PlanKind::kOver:
        if (shared) break;
        return push_through_partitions(input, predicate, input->as<OverNode>().window().keys);
      case PlanKind::kRank:
        if (shared) break;
        return push_through_partitions(input, predicate, input->as<RankNode>().definition().keys);
      default:
        break;
    }
    return make_filter(input, predicate);
  }

  PlanPtr push_through_project(const PlanPtr& input, const ExpressionPtr& predicate, bool shared) {
    const std::vector<ExpressionPtr>& projections = input->as<ProjectNode>().projections();
    const Split parts =
        split(predicate, [&](int32_t column) { return projections[static_cast<size_t>(column)]->is_deterministic(); });
    if (parts.moved.empty()) return make_filter(input, predicate);
    const ExpressionPtr below = merge_expression(make_and(parts.moved), projections);
    if (below == nullptr) return make_filter(input, predicate);
    return filter_rest(input->with_inputs({push(input->input(), below, shared)}), parts.kept);
  }

  PlanPtr push_through_union(const PlanPtr& input, const ExpressionPtr& predicate) {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& part : input->inputs()) inputs.push_back(push(part, predicate));
    return input->with_inputs(std::move(inputs));
  }

  // A row that is filtered away still belongs to its session, which may reach further because of it.
  PlanPtr push_through_windows(const PlanPtr& input, const ExpressionPtr& predicate) {
    const auto& assign = input->as<WindowAssignNode>();
    if (assign.window().kind == WindowKind::kSession) return make_filter(input, predicate);
    const Split parts = split(predicate, [&](int32_t column) { return column < assign.window_start(); });
    if (parts.moved.empty()) return make_filter(input, predicate);
    return filter_rest(input->with_inputs({push(input->input(), make_and(parts.moved))}), parts.kept);
  }

  // A row without elements never reaches the condition: one that may fail stays above.
  PlanPtr push_through_unnest(const PlanPtr& input, const ExpressionPtr& predicate) {
    const int32_t first_element = input->as<UnnestNode>().first_element();
    Split parts = split(predicate, [&](int32_t column) { return column < first_element; });
    std::erase_if(parts.moved, [&](const ExpressionPtr& conjunct) {
      const bool stays = conjunct->can_fail() || !conjunct->is_deterministic();
      if (stays) parts.kept.push_back(conjunct);
      return stays;
    });
    if (parts.moved.empty()) return make_filter(input, predicate);
    return filter_rest(input->with_inputs({push(input->input(), make_and(parts.moved))}), parts.kept);
  }

  // `keys`: the first columns of the output are these of the input, and rows of other keys do not change them.
  PlanPtr push_through_keys(const PlanPtr& input, const ExpressionPtr& predicate, const std::vector<int32_t>& keys) {
    const auto is_key = [&](int32_t column) { return static_cast<size_t>(column) < keys.size(); };
    const Split parts = split(predicate, is_key);
    // Without keys every row counts for the one group: a constant condition stays above it.
    const bool global = keys.empty();
    if (parts.moved.empty() || global) return make_filter(input, predicate);
    const ExpressionPtr below = renumber_columns(make_and(parts.moved), keys);
    return filter_rest(input->with_inputs({push(input->input(), below)}), parts.kept);
  }

  // Returns the join with the conjuncts of a filter above it, each as far down as it may go.
  PlanPtr push_through_join(const JoinNode& join, const std::vector<ExpressionPtr>& above) {
    const auto simplified = std::make_shared<JoinNode>(join.left(), join.right(), simplified_type(join, above),
                                                       join.condition(), join.match(), join.schema(), join.location());
    JoinFilters filters = place_all_filters(*simplified, above);
    const auto below = [&](const PlanPtr& input, const std::vector<ExpressionPtr>& conjuncts) {
      return conjuncts.empty() ? input : push(input, make_and(conjuncts));
    };
    PlanPtr left = below(join.left(), filters.left);
    PlanPtr right = below(join.right(), filters.right);
    PlanPtr result = std::make_shared<JoinNode>(std::move(left), std::move(right), simplified->type(),
                                                conjunction_of(std::move(filters.condition)), join.match(),
                                                join.schema(), join.location());
    return filter_rest(std::move(result), std::move(filters.above));
  }

  // Partitions may go as a whole: no other one's rows depend on them. The keys keep their places.
  PlanPtr push_through_partitions(const PlanPtr& input, const ExpressionPtr& predicate,
                                  const std::vector<int32_t>& keys) {
    const auto is_key = [&](int32_t column) { return std::ranges::find(keys, column) != keys.end(); };
    Split parts = split(predicate, is_key);
    if (parts.moved.empty() || keys.empty()) return make_filter(input, predicate);
    return filter_rest(input->with_inputs({push(input->input(), make_and(std::move(parts.moved)))}), parts.kept);
  }

  std::unordered_map<const PlanNode*, int32_t> consumers_;
  std::unordered_map<const PlanNode*, PlanPtr> done_;
  std::unordered_set<const PlanNode*> shared_;  // results that several read
};

}  // namespace

PlanPtr push_filters(const PlanPtr& root, const OptimizerContext&) { return Pusher(root).rewrite(root); }

}  // namespace tidemill
