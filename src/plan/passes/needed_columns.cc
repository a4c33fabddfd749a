// Which columns of its inputs a node needs.
#include "plan/passes/needed_columns.h"

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/changelog_normalize.h"
#include "plan/join.h"
#include "plan/over.h"
#include "plan/rank.h"
#include "plan/sort_limit.h"
#include "plan/unnest.h"
#include "plan/window.h"

namespace tidemill {
namespace {

void add_all(Columns& columns, const std::vector<int32_t>& more) { columns.insert(more.begin(), more.end()); }

void add_order(Columns& columns, const std::vector<SortKey>& order) {
  for (const SortKey& key : order) columns.insert(key.column);
}

// What stands before column `first` of the output is the input's.
Columns passed_on(const Columns& needed, int32_t first) { return {needed.begin(), needed.lower_bound(first)}; }

void add_aggregates(Columns& columns, const std::vector<AggregateSpec>& aggregates, size_t first,
                    const Columns& needed) {
  add_all(columns, columns_of(select_aggregates(aggregates, needed_aggregates(aggregates, first, needed))));
}

Columns of_filter(const FilterNode& filter, Columns needed) {
  add_all(needed, columns_of(*filter.predicate()));
  return needed;
}

Columns of_project(const ProjectNode& project, const Columns& needed) {
  Columns result;
  for (const int32_t column : needed) add_all(result, columns_of(*project.projections()[static_cast<size_t>(column)]));
  return result;
}

Columns of_aggregate(const AggregateNode& aggregate, const Columns& needed) {
  Columns result(aggregate.keys().begin(), aggregate.keys().end());
  add_aggregates(result, aggregate.aggregates(), aggregate.keys().size(), needed);
  return result;
}

Columns of_window_aggregate(const WindowAggregateNode& aggregate, const Columns& needed) {
  Columns result(aggregate.keys().begin(), aggregate.keys().end());
  result.insert(aggregate.time_column());
  add_aggregates(result, aggregate.aggregates(), aggregate.keys().size(), needed);
  return result;
}

Columns of_window_assign(const WindowAssignNode& assign, const Columns& needed) {
  Columns result = passed_on(needed, assign.window_start());
  result.insert(assign.time_column());
  add_all(result, assign.partition_keys());
  return result;
}

Columns of_unnest(const UnnestNode& unnest, const Columns& needed) {
  Columns result = passed_on(needed, unnest.first_element());
  result.insert(unnest.collection());
  return result;
}

Columns of_over(const OverNode& over, const Columns& needed) {
  Columns result = passed_on(needed, over.first_call());
  add_all(result, over.window().keys);
  add_order(result, over.window().order);
  add_aggregates(result, over.aggregates(), static_cast<size_t>(over.first_call()), needed);
  return result;
}

Columns of_rank(const RankNode& rank, const Columns& needed) {
  Columns result = passed_on(needed, rank.input()->schema()->size());
  add_all(result, rank.definition().keys);
  add_order(result, rank.definition().order);
  return result;
}

Columns of_sort(const SortLimitNode& sort, Columns needed) {
  add_order(needed, sort.keys());
  return needed;
}

Columns of_join(const JoinNode& join, size_t input, const Columns& needed) {
  Columns result;
  add_all(result, join.read_columns(input));
  const int32_t left = join.left_columns();
  for (const int32_t column : needed) {
    if ((column < left) == (input == 0)) result.insert(input == 0 ? column : column - left);
  }
  return result;
}

}  // namespace

Columns all_columns(const Schema& schema) {
  Columns result;
  for (int32_t i = 0; i < schema.size(); ++i) result.insert(i);
  return result;
}

std::vector<size_t> needed_aggregates(const std::vector<AggregateSpec>& aggregates, size_t first,
                                      const Columns& needed) {
  std::vector<size_t> result;
  for (size_t i = 0; i < aggregates.size(); ++i) {
    if (needed.contains(static_cast<int32_t>(first + i))) result.push_back(i);
  }
  return result;
}

std::vector<AggregateSpec> select_aggregates(const std::vector<AggregateSpec>& aggregates,
                                             const std::vector<size_t>& indices) {
  std::vector<AggregateSpec> result;
  for (const size_t index : indices) result.push_back(aggregates[index]);
  return result;
}

Columns needed_of_input(const PlanNode& node, size_t input, const Columns& needed) {
  switch (node.kind()) {
    case PlanKind::kFilter:
      return of_filter(node.as<FilterNode>(), needed);
    case PlanKind::kProject:
      return of_project(node.as<ProjectNode>(), needed);
    case PlanKind::kAggregate:
      return of_aggregate(node.as<AggregateNode>(), needed);
    case PlanKind::kWindowAggregate:
      return of_window_aggregate(node.as<WindowAggregateNode>(), needed);
    case PlanKind::kWindowAssign:
      return of_window_assign(node.as<WindowAssignNode>(), needed);
    case PlanKind::kUnnest:
      return of_unnest(node.as<UnnestNode>(), needed);
    case PlanKind::kOver:
      return of_over(node.as<OverNode>(), needed);
    case PlanKind::kRank:
      return of_rank(node.as<RankNode>(), needed);
    case PlanKind::kSortLimit:
      return of_sort(node.as<SortLimitNode>(), needed);
    case PlanKind::kUnion:
      return needed;
    case PlanKind::kChangelogNormalize: {
      Columns kept = needed;
      add_all(kept, node.as<ChangelogNormalizeNode>().key());
      return kept;
    }
    case PlanKind::kJoin:
      return of_join(node.as<JoinNode>(), input, needed);
    default:
      return all_columns(*node.input(input)->schema());
  }
}

}  // namespace tidemill
