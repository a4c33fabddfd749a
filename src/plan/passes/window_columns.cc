// Which output columns tell a row's window, from the inputs up.
#include "plan/passes/window_columns.h"

#include <algorithm>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/join.h"
#include "plan/window.h"

namespace tidemill {
namespace {

WindowColumns of_aggregate(const WindowAggregateNode& aggregate) {
  WindowColumns columns;
  for (size_t i = 0; i < aggregate.properties().size(); ++i) {
    const int32_t column = aggregate.property_column(i);
    if (aggregate.properties()[i] == WindowProperty::kStart) columns.start = column;
    if (aggregate.properties()[i] == WindowProperty::kEnd) columns.end = column;
    if (aggregate.properties()[i] == WindowProperty::kTime) columns.time = column;
  }
  return columns;
}

WindowColumns of_projections(const std::vector<ExpressionPtr>& projections, const WindowColumns& below) {
  WindowColumns columns;
  for (size_t i = projections.size(); i-- > 0;) {
    const auto* column = projections[i]->try_as<ColumnReference>();
    if (column == nullptr || !below.contains(column->index())) continue;
    const auto place = static_cast<int32_t>(i);
    if (column->index() == below.start) columns.start = place;
    if (column->index() == below.end) columns.end = place;
    if (column->index() == below.time) columns.time = place;
  }
  return columns;
}

// Grouping by window gives one row a window, which keeps it.
WindowColumns of_groups(const std::vector<int32_t>& keys, const WindowColumns& below) {
  WindowColumns columns;
  if (!group_by_window(below, keys)) return columns;
  for (size_t i = keys.size(); i-- > 0;) {
    const auto place = static_cast<int32_t>(i);
    if (keys[i] == below.start) columns.start = place;
    if (keys[i] == below.end) columns.end = place;
    if (keys[i] == below.time) columns.time = place;
  }
  return columns;
}

}  // namespace

std::optional<WindowProperty> WindowColumns::property_of(int32_t column) const {
  if (column < 0) return std::nullopt;
  if (column == start) return WindowProperty::kStart;
  if (column == end) return WindowProperty::kEnd;
  if (column == time) return WindowProperty::kTime;
  return std::nullopt;
}

WindowColumns window_columns(const PlanNode& node) {
  if (const auto* assign = node.try_as<WindowAssignNode>()) {
    return {assign->window_start(), assign->window_end(), assign->window_time()};
  }
  if (const auto* aggregate = node.try_as<WindowAggregateNode>()) {
    // Results that are replaced later belong to no window that ends.
    return aggregate->emit().updates() ? WindowColumns{} : of_aggregate(*aggregate);
  }
  if (const auto* aggregate = node.try_as<AggregateNode>()) {
    return of_groups(aggregate->keys(), window_columns(*node.input()));
  }
  const bool adds_columns =  // behind the input's
      node.kind() == PlanKind::kOver || node.kind() == PlanKind::kRank || node.kind() == PlanKind::kUnnest;
  if (node.kind() == PlanKind::kFilter || adds_columns) return window_columns(*node.input());
  if (const auto* project = node.try_as<ProjectNode>()) {
    return of_projections(project->projections(), window_columns(*node.input()));
  }
  if (const auto* join = node.try_as<JoinNode>()) {
    if (std::holds_alternative<LookupMatch>(join->match())) return window_columns(*join->left());
    const auto* match = std::get_if<WindowMatch>(&join->match());
    if (match != nullptr && !right_is_outer(join->type())) return match->left;
  }
  return {};
}

bool group_by_window(const WindowColumns& columns, const std::vector<int32_t>& keys) {
  const auto is_key = [&](int32_t column) { return column >= 0 && std::ranges::find(keys, column) != keys.end(); };
  return is_key(columns.start) && is_key(columns.end);
}

}  // namespace tidemill
