// plan/rules/order_rows.cc - in which order FIRST_VALUE, LAST_VALUE and LISTAGG take rows. Rule: an order that follows
// from the log wherever rows are only inserted and there is one; the column that tells it is carried to the aggregate
// only where one asks for it.
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/passes/changelog.h"
#include "plan/rules/rule.h"
#include "plan/scan.h"
#include "plan/set_operation.h"
#include "plan/unnest.h"
#include "plan/window.h"

namespace tidemill {
namespace {

bool lists_rows(const AggregateSpec& aggregate) { return aggregate.function->lists_rows(); }

// Returns which column of a window aggregate orders its rows by time.
std::optional<int32_t> time_of_windows(const WindowAggregateNode& node) {
  if (node.window().processing_time) return std::nullopt;
  for (const WindowProperty wanted : {WindowProperty::kTime, WindowProperty::kEnd, WindowProperty::kStart}) {
    for (size_t i = 0; i < node.properties().size(); ++i)
      if (node.properties()[i] == wanted) return node.property_column(i);
  }
  return std::nullopt;
}

// Returns the key of a group that is an event time: window_time, where the groups are windows.
std::optional<int32_t> time_of_groups(const PlanNode& node) {
  for (int32_t i = 0; i < node.schema()->size(); ++i)
    if (node.schema()->field(i).time == TimeAttribute::kRowtime) return i;
  return std::nullopt;
}

class RowOrdering {
 public:
  RowOrdering(const PlanPtr& root, const OptimizerContext& context) : tables_(*context.tables) {
    final_only_ = context.batch_where_bounded && has_end(*root, tables_);
    visit_plan(*root, [&](const PlanNode& node) {
      for (const PlanPtr& input : node.inputs()) ++consumers_[input.get()];
    });
  }

  // Returns the node with what orders the rows of its aggregates, where it has such aggregates.
  PlanPtr order(const PlanPtr& node) {
    const auto* groups = node->try_as<AggregateNode>();
    const auto* windows = node->try_as<WindowAggregateNode>();
    if (groups == nullptr && windows == nullptr) return node;
    std::vector<AggregateSpec> aggregates = groups != nullptr ? groups->aggregates() : windows->aggregates();
    if (std::ranges::none_of(aggregates, lists_rows) || !kinds(*node->input()).append_only()) return node;
    OrderedRows rows = find(node->input());
    if (!rows.rowtime && windows != nullptr && !windows->window().processing_time)
      rows.rowtime = windows->time_column();
    if (!rows.rowtime && !rows.in_log_order) return node;
    for (AggregateSpec& aggregate : aggregates) {
      if (!lists_rows(aggregate)) continue;
      aggregate.order = rows.rowtime ? RowOrder::kRowtime : RowOrder::kLog;
      aggregate.rowtime = rows.rowtime.value_or(-1);
    }
    if (groups != nullptr)
      return std::make_shared<AggregateNode>(rows.plan, groups->keys(), std::move(aggregates), node->schema(),
                                             groups->state_ttl_ms());
    return std::make_shared<WindowAggregateNode>(rows.plan, windows->window(), windows->time_column(), windows->keys(),
                                                 std::move(aggregates), windows->properties(), node->schema(),
                                                 windows->emit());
  }

 private:
  // A plan with all columns of the node that it was found for, perhaps one more behind them.
  struct OrderedRows {
    PlanPtr plan;
    std::optional<int32_t> rowtime;  // output column
    bool in_log_order = false;       // rows of bounded tables, which say where they were read
  };

  RowKinds kinds(const PlanNode& node) {
    const auto known = kinds_.find(&node);
    if (known != kinds_.end()) return known->second;
    RowKinds input;
    for (const PlanPtr& below : inputs_of_rows(node)) input = input | kinds(*below);
    return kinds_[&node] = produced_kinds(node, input, tables_, final_only_);
  }

  const OrderedRows& find(const PlanPtr& node) {
    const auto known = found_.find(node);
    if (known != found_.end()) return known->second;
    return found_[node] = find_anew(node);
  }

  OrderedRows find_anew(const PlanPtr& node) {
    switch (node->kind()) {
      case PlanKind::kScan: {
        const auto& scan = node->as<ScanNode>();
        return {node, scan.rowtime(), tables_.source(scan).bounded};
      }
      case PlanKind::kFilter: {
        const OrderedRows& input = find(node->input());
        if (input.plan == node->input() || cannot_be_copied(*node))
          return {node, inner(input, node), input.in_log_order};
        return {make_filter(input.plan, node->as<FilterNode>().predicate()), input.rowtime, input.in_log_order};
      }
      case PlanKind::kProject:
        return find_in_project(node);
      case PlanKind::kUnion:
        return find_in_union(node);
      case PlanKind::kWindowAssign: {
        const auto& assign = node->as<WindowAssignNode>();
        const OrderedRows& input = find(node->input());
        const bool logged = input.in_log_order && assign.window().kind != WindowKind::kSession;
        if (!assign.window().processing_time) return {node, assign.time_column(), logged};
        return {node, inner(input, node), logged};
      }
      case PlanKind::kUnnest: {
        const OrderedRows& input = find(node->input());
        return {node, inner(input, node), input.in_log_order};
      }
      case PlanKind::kWindowAggregate:
        return {node, time_of_windows(node->as<WindowAggregateNode>())};
      case PlanKind::kAggregate:
        return {node, time_of_groups(*node)};
      default:
        return {node, std::nullopt};
    }
  }

  // The rowtime where it is among the columns that the input has anyway.
  static std::optional<int32_t> inner(const OrderedRows& input, const PlanPtr& node) {
    return input.plan == node->input() ? input.rowtime : std::nullopt;
  }

  // What several read, and would not compute alike twice, must stay one.
  bool cannot_be_copied(const PlanNode& node) const {
    const auto consumers = consumers_.find(&node);
    return node.digest().empty() && (consumers == consumers_.end() || consumers->second > 1);
  }

  OrderedRows find_in_project(const PlanPtr& node) {
    const OrderedRows& input = find(node->input());
    if (!input.rowtime) return {node, std::nullopt, input.in_log_order};
    std::vector<ExpressionPtr> projections = node->as<ProjectNode>().projections();
    std::vector<Field> fields = node->schema()->fields();
    const auto passed = std::ranges::find_if(projections, [&](const ExpressionPtr& projection) {
      const auto* column = projection->try_as<ColumnReference>();
      return column != nullptr && column->index() == *input.rowtime;
    });
    const auto place = static_cast<int32_t>(passed - projections.begin());
    if (passed != projections.end() && input.plan == node->input()) return {node, place, input.in_log_order};
    if (cannot_be_copied(*node)) return {node, std::nullopt, input.in_log_order};
    if (passed == projections.end()) {
      fields.push_back(input.plan->schema()->field(*input.rowtime));
      projections.push_back(make_column(*input.rowtime, fields.back().type));
    }
    return {make_project(input.plan, std::move(projections), make_schema(std::move(fields))), place,
            input.in_log_order};
  }

  OrderedRows find_in_union(const PlanPtr& node) {
    std::vector<OrderedRows> inputs;
    for (const PlanPtr& input : node->inputs()) inputs.push_back(find(input));
    const bool logged = std::ranges::all_of(inputs, &OrderedRows::in_log_order);
    const auto type_of = [](const OrderedRows& rows) -> const Type& {
      return rows.plan->schema()->field(*rows.rowtime).type;
    };
    const bool timed = std::ranges::all_of(inputs, [&](const OrderedRows& rows) {
      return rows.rowtime && inputs[0].rowtime && type_of(rows).same_except_nullable(type_of(inputs[0]));
    });
    if (!timed) return {node, std::nullopt, logged};
    const bool in_place = std::ranges::all_of(inputs, [&](const OrderedRows& rows) {
      return *rows.rowtime == *inputs[0].rowtime && *rows.rowtime < node->schema()->size();
    });
    if (in_place) return {node, inputs[0].rowtime, logged};
    std::vector<PlanPtr> plans;
    for (const OrderedRows& rows : inputs) {
      std::vector<int32_t> columns;
      for (int32_t i = 0; i < node->schema()->size(); ++i) columns.push_back(i);
      columns.push_back(*rows.rowtime);
      plans.push_back(make_column_project(rows.plan, columns));
    }
    return {make_union(std::move(plans)), node->schema()->size(), logged};
  }

  const TableTraits& tables_;
  bool final_only_;
  std::unordered_map<const PlanNode*, int32_t> consumers_;
  std::unordered_map<const PlanNode*, RowKinds> kinds_;
  std::unordered_map<PlanPtr, OrderedRows> found_;  // keeps the nodes, so that no other one has their address
};

bool plan_lists_rows(const PlanPtr& root) {
  bool lists = false;
  visit_plan(*root, [&](const PlanNode& node) {
    const auto* groups = node.try_as<AggregateNode>();
    const auto* windows = node.try_as<WindowAggregateNode>();
    lists = lists || (groups != nullptr && std::ranges::any_of(groups->aggregates(), lists_rows)) ||
            (windows != nullptr && std::ranges::any_of(windows->aggregates(), lists_rows));
  });
  return lists;
}

}  // namespace

PlanPtr order_rows(const PlanPtr& root, const OptimizerContext& context) {
  if (context.tables == nullptr || !context.rows_by_time || !plan_lists_rows(root)) return root;
  RowOrdering ordering(root, context);
  return rewrite_plan(root, [&](const PlanPtr& node) { return ordering.order(node); });
}

}  // namespace tidemill
