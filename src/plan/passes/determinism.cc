#include "plan/passes/determinism.h"

#include <algorithm>
#include <map>
#include <set>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/lookup_join.h"
#include "plan/over.h"
#include "plan/unnest.h"
#include "plan/window.h"

namespace tidemill {
namespace {

using Columns = std::set<int32_t>;  // of a node's output

// Returns the innermost call that makes the expression what it is, null where it is deterministic: goes down one path.
const Call* non_deterministic_call(const Expression& expression) {
  if (expression.is_deterministic()) return nullptr;
  for (const ExpressionPtr& child : expression.children())
    if (const Call* found = non_deterministic_call(*child)) return found;
  return expression.try_as<Call>();
}

void require_deterministic(const ExpressionPtr& expression) {
  if (expression == nullptr || expression->is_deterministic()) return;
  const Call* call = non_deterministic_call(*expression);
  CHECK(call != nullptr);
  throw UserError(
      call->location(),
      fmt::format("{} gives another value each time, so that an update could not take back the row that it replaces",
                  call->name()),
      "Compute it before the rows are aggregated, or write to a table that takes changes by a primary key without it. "
      "SET 'table.optimizer.non-deterministic-update.strategy' = 'IGNORE' runs it as it is, with wrong results where "
      "rows are taken back.");
}

Columns all_columns(const PlanNode& node) {
  Columns columns;
  for (int32_t i = 0; i < node.schema()->size(); ++i) columns.insert(i);
  return columns;
}

void add_columns(const ExpressionPtr& expression, Columns& columns) {
  if (expression == nullptr) return;
  const std::vector<int32_t> read = columns_of(*expression);
  columns.insert(read.begin(), read.end());
}

class Walk {
 public:
  Walk(const Changelog& changelog, const TableTraits& tables) : changelog_(changelog), tables_(tables) {}

  // `needed`: the columns of `node` that somebody finds a row by.
  void visit(const PlanNode& node, const Columns& needed) {
    // A node that several read is looked at again only for columns that are new: the walk stays short in a deep plan.
    const auto [entry, first] = seen_.try_emplace(&node, needed);
    Columns& seen = entry->second;
    if (!first && std::ranges::includes(seen, needed)) return;
    seen.insert(needed.begin(), needed.end());
    switch (node.kind()) {
      case PlanKind::kScan:
        return visit_projections(node.as<ScanNode>().projections(), changelog_.of(node), needed);
      case PlanKind::kCalc:
        return visit_calc(node.as<CalcNode>(), needed);
      case PlanKind::kUnion:
        return visit_inputs(node, [&](const PlanNode&) { return needed; });
      case PlanKind::kWindowAssign: {
        const int32_t window_start = node.as<WindowAssignNode>().window_start();
        return visit(*node.input(), Columns(needed.begin(), needed.lower_bound(window_start)));
      }
      case PlanKind::kUnnest: {
        const auto& unnest = node.as<UnnestNode>();
        Columns read(needed.begin(), needed.lower_bound(unnest.first_element()));
        read.insert(unnest.collection());
        return visit(*node.input(), read);
      }
      case PlanKind::kAggregate: {
        const auto& aggregate = node.as<AggregateNode>();
        Columns read(aggregate.keys().begin(), aggregate.keys().end());
        const std::vector<int32_t> arguments = columns_of(aggregate.aggregates());
        read.insert(arguments.begin(), arguments.end());
        return visit(*node.input(), read);
      }
      case PlanKind::kLookupJoin:
        return visit_lookup(node.as<LookupJoinNode>(), needed);
      case PlanKind::kSink:
        return visit(*node.input(), needed_by(node.as<SinkNode>()));
      default:
        return visit_inputs(node, all_columns);
    }
  }

 private:
  template <class Needed>
  void visit_inputs(const PlanNode& node, Needed needed) {
    for (const PlanPtr& input : node.inputs()) visit(*input, needed(*input));
  }

  static void visit_projections(const std::vector<ExpressionPtr>& projections, const RowKinds& kinds,
                                const Columns& needed) {
    if (kinds.append_only()) return;
    for (const int32_t column : needed) require_deterministic(projections[static_cast<size_t>(column)]);
  }

  void visit_calc(const CalcNode& calc, const Columns& needed) {
    const RowKinds& kinds = changelog_.of(*calc.input());
    visit_projections(calc.projections(), kinds, needed);
    if (!kinds.append_only()) require_deterministic(calc.predicate());
    Columns read;
    for (const int32_t column : needed) add_columns(calc.projections()[static_cast<size_t>(column)], read);
    add_columns(calc.predicate(), read);
    visit(*calc.input(), read);
  }

  // Which rows it finds, and what they hold, may have changed by the time that a row is taken back.
  void visit_lookup(const LookupJoinNode& node, const Columns& needed) {
    const int32_t first = node.join()->left_columns();
    if (!changelog_.of(*node.input()).append_only() && !needed.empty() && *needed.rbegin() >= first) {
      throw UserError(
          node.join()->location(),
          fmt::format(
              "A lookup join may find other rows in {} each time, so that an update could not take back the row "
              "that it replaces",
              node.scan().table()->name.name),
          "Look up before the rows are aggregated, or write to a table that takes changes by a primary key of the left "
          "side. SET 'table.optimizer.non-deterministic-update.strategy' = 'IGNORE' runs it as it is, with wrong "
          "results where the table changes.");
    }
    Columns read(needed.begin(), needed.lower_bound(first));
    for (const int32_t column : node.join()->read_columns(0)) read.insert(column);
    visit(*node.input(), read);
  }

  Columns needed_by(const SinkNode& sink) const {
    if (tables_.sink(sink) != SinkAccepts::kUpsert) return all_columns(*sink.input());
    const std::vector<int32_t> key = sink.primary_key();
    return Columns(key.begin(), key.end());
  }

  const Changelog& changelog_;
  const TableTraits& tables_;
  std::map<const PlanNode*, Columns> seen_;
};

}  // namespace

void check_deterministic_updates(const std::vector<PlanPtr>& roots, const Changelog& changelog,
                                 const TableTraits& tables) {
  Walk walk(changelog, tables);
  for (const PlanPtr& root : roots) walk.visit(*root, all_columns(*root));
}

}  // namespace tidemill
