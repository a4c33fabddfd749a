// plan/rules/prune_columns.cc - drops what nothing above reads. Rule: a node that several share keeps what any of them
// reads.
#include <algorithm>
#include <unordered_map>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/changelog_normalize.h"
#include "plan/join.h"
#include "plan/over.h"
#include "plan/passes/needed_columns.h"
#include "plan/rank.h"
#include "plan/rules/rule.h"
#include "plan/scan.h"
#include "plan/set_operation.h"
#include "plan/sort_limit.h"
#include "plan/unnest.h"
#include "plan/values.h"
#include "plan/window.h"

namespace tidemill {
namespace {

class Pruner {
 public:
  explicit Pruner(const PlanPtr& root) {
    std::vector<const PlanNode*> order;  // inputs first
    visit_plan(*root, [&](const PlanNode& node) { order.push_back(&node); });
    needed_[root.get()] = all_columns(*root->schema());
    for (auto node = order.rbegin(); node != order.rend(); ++node) {  // consumers before inputs
      const std::vector<PlanPtr>& inputs = (*node)->inputs();
      for (size_t i = 0; i < inputs.size(); ++i) {
        const Columns of_input = needed_of_input(**node, i, needed_[*node]);
        needed_[inputs[i].get()].insert(of_input.begin(), of_input.end());
      }
    }
  }

  // Returns the root with its inputs pruned; its own columns are all needed.
  PlanPtr prune(const PlanPtr& root) { return exactly(rebuild(root), all_columns(*root->schema())); }

 private:
  // A node with fewer columns, and where each old column now is (-1: gone).
  struct Pruned {
    PlanPtr plan;
    std::vector<int32_t> places;
  };

  static std::vector<int32_t> same_places(int32_t columns) {
    std::vector<int32_t> places;
    for (int32_t i = 0; i < columns; ++i) places.push_back(i);
    return places;
  }

  // Returns the plan with just these of the old columns, in order.
  static PlanPtr exactly(const Pruned& pruned, const Columns& columns) {
    std::vector<int32_t> wanted;
    for (const int32_t column : columns) wanted.push_back(pruned.places[static_cast<size_t>(column)]);
    if (wanted == same_places(pruned.plan->schema()->size())) return pruned.plan;
    return make_column_project(pruned.plan, wanted);
  }

  const Pruned& rebuild(const PlanPtr& node) {
    const auto known = done_.find(node.get());
    if (known != done_.end()) return known->second;
    return done_.emplace(node.get(), rebuild_anew(node)).first->second;
  }

  Pruned rebuild_anew(const PlanPtr& node) {
    const Columns& needed = needed_[node.get()];
    switch (node->kind()) {
      case PlanKind::kScan:
        return rebuild_scan(node->as<ScanNode>(), needed);
      case PlanKind::kValues:
        return rebuild_values(node->as<ValuesNode>(), needed);
      case PlanKind::kFilter:
        return rebuild_filter(node->as<FilterNode>(), needed);
      case PlanKind::kProject:
        return rebuild_project(node->as<ProjectNode>(), needed);
      case PlanKind::kAggregate:
        return rebuild_aggregate(node->as<AggregateNode>(), needed);
      case PlanKind::kWindowAggregate:
        return rebuild_window_aggregate(node->as<WindowAggregateNode>(), needed);
      case PlanKind::kWindowAssign:
        return rebuild_window_assign(node->as<WindowAssignNode>());
      case PlanKind::kUnnest:
        return rebuild_unnest(node->as<UnnestNode>());
      case PlanKind::kChangelogNormalize:
        return rebuild_normalize(node->as<ChangelogNormalizeNode>());
      case PlanKind::kSortLimit:
        return rebuild_sort(node->as<SortLimitNode>());
      case PlanKind::kOver:
        return rebuild_over(node->as<OverNode>(), needed);
      case PlanKind::kRank:
        return rebuild_rank(node->as<RankNode>(), needed);
      case PlanKind::kUnion:
        return rebuild_union(*node, needed);
      case PlanKind::kJoin:
        return rebuild_join(node->as<JoinNode>());
      default:
        return rebuild_unchanged(node);
    }
  }

  static Pruned rebuild_scan(const ScanNode& scan, const Columns& needed) {
    std::vector<int32_t> columns;
    for (const int32_t column : needed) columns.push_back(scan.columns()[static_cast<size_t>(column)]);
    columns = with_watermark_columns(*scan.table(), std::move(columns));
    std::vector<int32_t> places;
    for (const int32_t old : scan.columns()) {
      const auto found = std::ranges::find(columns, old);
      places.push_back(found == columns.end() ? -1 : static_cast<int32_t>(found - columns.begin()));
    }
    return {std::make_shared<ScanNode>(scan.table(), std::move(columns)), std::move(places)};
  }

  static Pruned rebuild_values(const ValuesNode& values, const Columns& needed) {
    std::vector<int32_t> places(static_cast<size_t>(values.schema()->size()), -1);
    std::vector<Field> fields;
    std::vector<std::vector<Value>> rows(values.rows().size());
    for (const int32_t column : needed) {
      places[static_cast<size_t>(column)] = static_cast<int32_t>(fields.size());
      fields.push_back(values.schema()->field(column));
      for (size_t i = 0; i < rows.size(); ++i) rows[i].push_back(values.rows()[i][static_cast<size_t>(column)]);
    }
    return {make_values(make_schema(std::move(fields)), std::move(rows)), std::move(places)};
  }

  // Columns that only the predicate reads go no further.
  Pruned rebuild_filter(const FilterNode& filter, const Columns& needed) {
    const Pruned& input = rebuild(filter.input());
    const PlanPtr kept = make_filter(input.plan, renumber_columns(filter.predicate(), input.places));
    std::vector<int32_t> places(input.places.size(), -1);
    int32_t place = 0;
    for (const int32_t column : needed) places[static_cast<size_t>(column)] = place++;
    return {exactly({kept, input.places}, needed), std::move(places)};
  }

  Pruned rebuild_project(const ProjectNode& project, const Columns& needed) {
    const Pruned& input = rebuild(project.input());
    std::vector<int32_t> places(project.projections().size(), -1);
    std::vector<ExpressionPtr> projections;
    std::vector<Field> fields;
    for (const int32_t column : needed) {
      places[static_cast<size_t>(column)] = static_cast<int32_t>(fields.size());
      fields.push_back(project.schema()->field(column));
      projections.push_back(renumber_columns(project.projections()[static_cast<size_t>(column)], input.places));
    }
    return {make_project(input.plan, std::move(projections), make_schema(std::move(fields))), std::move(places)};
  }

  // Keys stay, aggregates that are not needed go. Fills `places` and `names` for what stays.
  static std::vector<AggregateSpec> keep_aggregates(const PlanNode& node, size_t num_keys,
                                                    const std::vector<AggregateSpec>& aggregates, const Columns& needed,
                                                    const Pruned& input, std::vector<int32_t>& places,
                                                    std::vector<std::string>& names) {
    places.assign(static_cast<size_t>(node.schema()->size()), -1);
    for (size_t i = 0; i < num_keys; ++i) places[i] = static_cast<int32_t>(i);
    const std::vector<size_t> kept = needed_aggregates(aggregates, num_keys, needed);
    for (size_t i = 0; i < kept.size(); ++i) {
      places[num_keys + kept[i]] = static_cast<int32_t>(num_keys + i);
      names.push_back(node.schema()->field(static_cast<int32_t>(num_keys + kept[i])).name);
    }
    return renumber_columns(select_aggregates(aggregates, kept), input.places);
  }

  static std::vector<int32_t> renumber(const std::vector<int32_t>& columns, const Pruned& input) {
    std::vector<int32_t> result;
    for (const int32_t column : columns) result.push_back(input.places[static_cast<size_t>(column)]);
    return result;
  }

  Pruned rebuild_aggregate(const AggregateNode& node, const Columns& needed) {
    const Pruned& input = rebuild(node.input());
    std::vector<int32_t> places;
    std::vector<std::string> names;
    std::vector<AggregateSpec> aggregates =
        keep_aggregates(node, node.keys().size(), node.aggregates(), needed, input, places, names);
    return {make_aggregate(input.plan, renumber(node.keys(), input), std::move(aggregates), names, node.state_ttl_ms()),
            std::move(places)};
  }

  Pruned rebuild_window_aggregate(const WindowAggregateNode& node, const Columns& needed) {
    const Pruned& input = rebuild(node.input());
    std::vector<int32_t> places;
    std::vector<std::string> names;
    std::vector<AggregateSpec> aggregates =
        keep_aggregates(node, node.keys().size(), node.aggregates(), needed, input, places, names);
    std::vector<WindowProperty> properties;
    for (size_t i = 0; i < node.properties().size(); ++i) {
      const int32_t column = node.property_column(i);
      if (!needed.contains(column)) continue;
      places[static_cast<size_t>(column)] =
          static_cast<int32_t>(node.keys().size() + aggregates.size() + properties.size());
      properties.push_back(node.properties()[i]);
      names.push_back(node.schema()->field(column).name);
    }
    const int32_t time = input.places[static_cast<size_t>(node.time_column())];
    return {make_window_aggregate(input.plan, node.window(), time, renumber(node.keys(), input), std::move(aggregates),
                                  std::move(properties), names, node.emit()),
            std::move(places)};
  }

  Pruned rebuild_window_assign(const WindowAssignNode& node) {
    const Pruned& input = rebuild(node.input());
    std::vector<int32_t> places = input.places;
    for (int32_t i = 0; i < 3; ++i) places.push_back(input.plan->schema()->size() + i);
    const int32_t time = input.places[static_cast<size_t>(node.time_column())];
    return {make_window_assign(input.plan, node.window(), time, renumber(node.partition_keys(), input), node.location(),
                               node.allowed_lateness_ms()),
            std::move(places)};
  }

  Pruned rebuild_unnest(const UnnestNode& node) {
    const Pruned& input = rebuild(node.input());
    std::vector<int32_t> places = input.places;
    std::vector<std::string> names;
    for (int32_t column = node.first_element(); column < node.schema()->size(); ++column) {
      places.push_back(input.plan->schema()->size() + static_cast<int32_t>(names.size()));
      names.push_back(node.schema()->field(column).name);
    }
    const int32_t collection = input.places[static_cast<size_t>(node.collection())];
    return {make_unnest(input.plan, collection, node.keep_empty(), node.with_ordinality(), names), std::move(places)};
  }

  Pruned rebuild_normalize(const ChangelogNormalizeNode& node) {
    const Pruned& input = rebuild(node.input());
    return {std::make_shared<ChangelogNormalizeNode>(input.plan, renumber(node.key(), input)), input.places};
  }

  Pruned rebuild_sort(const SortLimitNode& node) {
    const Pruned& input = rebuild(node.input());
    std::vector<SortKey> keys = renumber(node.keys(), input);
    return {make_sort_limit(input.plan, std::move(keys), node.limit(), node.offset(), node.location()), input.places};
  }

  Pruned rebuild_join(const JoinNode& join) {
    const Pruned left = rebuild(join.left());
    const Pruned right = rebuild(join.right());
    std::vector<int32_t> places = left.places;
    const int32_t first = left.plan->schema()->size();
    if (!left_only(join.type())) {
      for (const int32_t place : right.places) places.push_back(place < 0 ? -1 : first + place);
    }
    return {renumber_join(join, left.plan, left.places, right.plan, right.places), std::move(places)};
  }

  static std::vector<SortKey> renumber(std::vector<SortKey> keys, const Pruned& input) {
    for (SortKey& key : keys) key.column = input.places[static_cast<size_t>(key.column)];
    return keys;
  }

  Pruned rebuild_over(const OverNode& node, const Columns& needed) {
    const Pruned& input = rebuild(node.input());
    const auto first = static_cast<size_t>(node.first_call());
    std::vector<int32_t> places = input.places;
    places.resize(static_cast<size_t>(node.schema()->size()), -1);
    std::vector<OverCall> calls;
    std::vector<std::string> names;
    for (const size_t call : needed_aggregates(node.aggregates(), first, needed)) {
      places[first + call] = input.plan->schema()->size() + static_cast<int32_t>(calls.size());
      OverCall kept = node.calls()[call];
      kept.aggregate = renumber_columns({kept.aggregate}, input.places)[0];
      calls.push_back(std::move(kept));
      names.push_back(node.schema()->field(static_cast<int32_t>(first + call)).name);
    }
    // Without a call there would be nothing to compute, but late rows would not be dropped.
    OverWindow window = node.window();
    window.keys = renumber(window.keys, input);
    window.order = renumber(std::move(window.order), input);
    return {make_over(input.plan, std::move(window), std::move(calls), names, node.location()), std::move(places)};
  }

  // Nobody reads the numbers: without them a change of one row is the change of one row.
  Pruned rebuild_rank(const RankNode& node, const Columns& needed) {
    const Pruned& input = rebuild(node.input());
    std::vector<int32_t> places = input.places;
    RankDefinition definition = node.definition();
    definition.keys = renumber(definition.keys, input);
    definition.order = renumber(std::move(definition.order), input);
    if (definition.window_end >= 0) definition.window_end = input.places[static_cast<size_t>(definition.window_end)];
    const int32_t number = node.input()->schema()->size();
    if (!needed.contains(number)) definition.name = std::nullopt;
    if (node.has_number()) places.push_back(definition.name ? input.plan->schema()->size() : -1);
    return {make_rank(input.plan, std::move(definition), node.location()), std::move(places)};
  }

  Pruned rebuild_union(const PlanNode& node, const Columns& needed) {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : node.inputs()) inputs.push_back(exactly(rebuild(input), needed));
    std::vector<int32_t> places(static_cast<size_t>(node.schema()->size()), -1);
    int32_t place = 0;
    for (const int32_t column : needed) places[static_cast<size_t>(column)] = place++;
    return {make_union(std::move(inputs)), std::move(places)};
  }

  // A sink: its input has exactly the columns it had.
  Pruned rebuild_unchanged(const PlanPtr& node) {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : node->inputs()) {
      inputs.push_back(exactly(rebuild(input), all_columns(*input->schema())));
    }
    return {node->with_inputs(std::move(inputs)), same_places(node->schema()->size())};
  }

  std::unordered_map<const PlanNode*, Columns> needed_;
  std::unordered_map<const PlanNode*, Pruned> done_;
};

}  // namespace

PlanPtr prune_columns(const PlanPtr& root, const OptimizerContext&) { return Pruner(root).prune(root); }

}  // namespace tidemill
