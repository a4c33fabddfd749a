// plan/rules/recognize_windows.cc - GROUP BY of window columns becomes a window aggregate. Rule: both window_start and
// window_end must be keys.
//
// Two shapes. Direct: what is grouped and aggregated does not read the window columns; the aggregate assigns windows
// itself and shares slices. Attached: it does, or the windows come from an aggregate below; then rows that already
// carry their window are grouped by it, and a group is complete when the watermark passes its window_time. That is a
// TUMBLE of one millisecond over window_time with the window columns as keys.
#include <algorithm>
#include <array>
#include <optional>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/passes/window_columns.h"
#include "plan/rules/rule.h"
#include "plan/window.h"

namespace tidemill {
namespace {

constexpr DurationMillis kAttachedWindowSize = 1;  // window_time + 1 ms is the window's end

// What lies between the aggregate and the node whose output has the windows.
struct WindowedInput {
  PlanPtr origin;
  WindowColumns columns;                   // of the origin's output
  std::vector<ExpressionPtr> projections;  // of the aggregate's input, over the origin's output
  std::vector<std::string> names;
  ExpressionPtr predicate;  // over the origin's output; null: none
};

// The windows are recognised through any number of projections, and so what these compute has to become one.
ExpressionPtr merged(const ExpressionPtr& expression, const WindowedInput& below) {
  ExpressionPtr result = merge_expression(expression, below.projections);
  if (result != nullptr) return result;
  throw UserError(
      "An expression between the windows and their GROUP BY is too large once sub-queries and views are in it",
      "Compute it in fewer steps, or below the window function.");
}

std::optional<WindowedInput> find_windows(const PlanPtr& node) {
  if (node->kind() == PlanKind::kWindowAssign || node->kind() == PlanKind::kWindowAggregate) {
    return WindowedInput{node, window_columns(*node), column_references(*node->schema()), node->schema()->names(),
                         nullptr};
  }
  if (node->kind() != PlanKind::kFilter && node->kind() != PlanKind::kProject) return std::nullopt;
  std::optional<WindowedInput> below = find_windows(node->input());
  if (!below) return std::nullopt;
  if (const auto* filter = node->try_as<FilterNode>()) {
    ExpressionPtr predicate = merged(filter->predicate(), *below);
    below->predicate = below->predicate ? make_and({below->predicate, std::move(predicate)}) : std::move(predicate);
    return below;
  }
  std::vector<ExpressionPtr> projections;
  for (const ExpressionPtr& expression : node->as<ProjectNode>().projections()) {
    projections.push_back(merged(expression, *below));
  }
  below->projections = std::move(projections);
  below->names = node->schema()->names();
  return below;
}

// Returns which window column the aggregate's input column is, as a property, or nullopt.
std::optional<WindowProperty> property_of(const WindowedInput& input, int32_t column) {
  const auto* reference = input.projections[static_cast<size_t>(column)]->try_as<ColumnReference>();
  return reference == nullptr ? std::nullopt : input.columns.property_of(reference->index());
}

bool reads_window(const ExpressionPtr& expression, const WindowColumns& columns) {
  return std::ranges::any_of(columns_of(*expression), [&](int32_t column) { return columns.contains(column); });
}

// True where only window keys read the window columns.
bool is_direct(const AggregateNode& aggregate, const WindowedInput& input) {
  if (input.origin->kind() != PlanKind::kWindowAssign) return false;
  if (input.predicate && reads_window(input.predicate, input.columns)) return false;
  const auto plain = [&](int32_t column) {
    return !reads_window(input.projections[static_cast<size_t>(column)], input.columns);
  };
  const bool keys_plain = std::ranges::all_of(
      aggregate.keys(), [&](int32_t key) { return property_of(input, key).has_value() || plain(key); });
  return keys_plain && std::ranges::all_of(columns_of(aggregate.aggregates()), plain);
}

// SESSION windows are those of the PARTITION BY columns: the other keys must be exactly these.
bool keys_are_partition(const AggregateNode& aggregate, const WindowedInput& input) {
  std::vector<int32_t> keys;
  for (const int32_t key : aggregate.keys()) {
    if (property_of(input, key)) continue;
    const auto* column = input.projections[static_cast<size_t>(key)]->try_as<ColumnReference>();
    if (column == nullptr) return false;
    keys.push_back(column->index());
  }
  std::vector<int32_t> partition = input.origin->as<WindowAssignNode>().partition_keys();
  std::ranges::sort(keys);
  std::ranges::sort(partition);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  partition.erase(std::unique(partition.begin(), partition.end()), partition.end());
  return keys == partition;
}

std::vector<std::string> aggregate_names(const AggregateNode& aggregate) {
  std::vector<std::string> names = aggregate.schema()->names();
  names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(aggregate.keys().size()));
  return names;
}

// Returns the columns of a window aggregate in the order of the aggregate it replaces.
PlanPtr restore_order(const AggregateNode& replaced, PlanPtr windowed, const std::vector<int32_t>& places) {
  std::vector<ExpressionPtr> projections;
  std::vector<Field> fields;
  for (size_t i = 0; i < places.size(); ++i) {
    Field field = replaced.schema()->field(static_cast<int32_t>(i));
    const Field& source = windowed->schema()->field(places[i]);
    field.time = source.time;
    projections.push_back(make_column(places[i], source.type));
    fields.push_back(std::move(field));
  }
  return make_project(std::move(windowed), std::move(projections), make_schema(std::move(fields)));
}

PlanPtr make_direct(const AggregateNode& aggregate, const WindowedInput& input) {
  const auto& assign = input.origin->as<WindowAssignNode>();
  // The aggregate's input again, without window columns and with the time column.
  std::vector<ExpressionPtr> projections;
  std::vector<std::string> names;
  std::vector<int32_t> new_index(input.projections.size(), -1);
  for (size_t i = 0; i < input.projections.size(); ++i) {
    if (reads_window(input.projections[i], input.columns)) continue;
    new_index[i] = static_cast<int32_t>(projections.size());
    projections.push_back(input.projections[i]);
    names.push_back(input.names[i]);
  }
  const auto time_column = static_cast<int32_t>(projections.size());
  const Field& time = assign.input()->schema()->field(assign.time_column());
  projections.push_back(make_column(assign.time_column(), time.type));
  names.push_back(time.name);
  PlanPtr rows = assign.input();
  if (input.predicate) rows = make_filter(std::move(rows), input.predicate);
  rows = make_project(std::move(rows), std::move(projections), std::move(names));

  std::vector<int32_t> keys;
  std::vector<WindowProperty> properties;
  for (const int32_t key : aggregate.keys()) {
    const std::optional<WindowProperty> property = property_of(input, key);
    if (!property) {
      keys.push_back(new_index[static_cast<size_t>(key)]);
    } else if (std::ranges::find(properties, *property) == properties.end()) {
      properties.push_back(*property);
    }
  }
  const size_t num_aggregates = aggregate.aggregates().size();
  std::vector<int32_t> places;
  int32_t plain_key = 0;
  for (const int32_t key : aggregate.keys()) {
    const std::optional<WindowProperty> property = property_of(input, key);
    const auto index = property ? std::ranges::find(properties, *property) - properties.begin() : 0;
    places.push_back(property ? static_cast<int32_t>(keys.size() + num_aggregates + static_cast<size_t>(index))
                              : plain_key++);
  }
  for (size_t i = 0; i < num_aggregates; ++i) places.push_back(static_cast<int32_t>(keys.size() + i));
  std::vector<std::string> output_names = aggregate_names(aggregate);
  constexpr std::array<std::string_view, 3> kPropertyNames = {"window_start", "window_end", "window_time"};
  for (const WindowProperty property : properties) {
    output_names.emplace_back(kPropertyNames[static_cast<size_t>(property)]);
  }
  WindowEmit emit;
  if (assign.allowed_lateness_ms() > 0) {  // a late row corrects what it finds, at once
    emit.late_delay_ms = 0;
    emit.allowed_lateness_ms = assign.allowed_lateness_ms();
  }
  PlanPtr windowed = make_window_aggregate(std::move(rows), assign.window(), time_column, std::move(keys),
                                           renumber_columns(aggregate.aggregates(), new_index), std::move(properties),
                                           output_names, emit);
  return restore_order(aggregate, std::move(windowed), places);
}

// Returns the window aggregate with window_time among its columns, which `columns` then tells.
PlanPtr with_window_time(const PlanPtr& origin, WindowColumns& columns) {
  if (columns.time >= 0) return origin;
  const auto& aggregate = origin->as<WindowAggregateNode>();
  std::vector<WindowProperty> properties = aggregate.properties();
  properties.push_back(WindowProperty::kTime);
  std::vector<std::string> names = aggregate.schema()->names();
  names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(aggregate.keys().size()));
  names.emplace_back("window_time");
  columns.time = aggregate.schema()->size();
  return make_window_aggregate(aggregate.input(), aggregate.window(), aggregate.time_column(), aggregate.keys(),
                               aggregate.aggregates(), std::move(properties), names, aggregate.emit());
}

PlanPtr make_attached(const AggregateNode& aggregate, WindowedInput input) {
  PlanPtr rows = with_window_time(input.origin, input.columns);
  const Field time = rows->schema()->field(input.columns.time);
  if (time.time == TimeAttribute::kProctime) {
    throw UserError("Windows of processing time cannot be grouped a second time, or have their columns aggregated, yet",
                    "Group by window_start and window_end, and aggregate other columns.");
  }
  if (input.predicate) rows = make_filter(std::move(rows), input.predicate);
  const auto time_column = static_cast<int32_t>(input.projections.size());
  input.projections.push_back(make_column(input.columns.time, time.type));
  input.names.push_back("window_time");
  rows = make_project(std::move(rows), std::move(input.projections), std::move(input.names));

  WindowDefinition window;
  window.size = kAttachedWindowSize;
  window.zoned = time.type.kind == TypeKind::kTimestampLtz;
  std::vector<std::string> names = aggregate_names(aggregate);
  names.emplace_back("window_time");
  std::vector<int32_t> places;
  const auto num_columns = static_cast<int32_t>(aggregate.keys().size() + aggregate.aggregates().size());
  for (size_t i = 0; i < aggregate.keys().size(); ++i) {
    const auto* key =
        rows->as<ProjectNode>().projections()[static_cast<size_t>(aggregate.keys()[i])]->try_as<ColumnReference>();
    const bool is_time = key != nullptr && key->index() == input.columns.time;
    places.push_back(is_time ? num_columns : static_cast<int32_t>(i));
  }
  for (auto i = static_cast<int32_t>(aggregate.keys().size()); i < num_columns; ++i) places.push_back(i);
  PlanPtr windowed = make_window_aggregate(std::move(rows), window, time_column, aggregate.keys(),
                                           aggregate.aggregates(), {WindowProperty::kTime}, names);
  return restore_order(aggregate, std::move(windowed), places);
}

PlanPtr recognize(const PlanPtr& node) {
  const auto* aggregate = node->try_as<AggregateNode>();
  if (aggregate == nullptr) return node;
  std::optional<WindowedInput> input = find_windows(node->input());
  if (!input) return node;
  bool start = false;
  bool end = false;
  for (const int32_t key : aggregate->keys()) {
    const std::optional<WindowProperty> property = property_of(*input, key);
    start = start || property == WindowProperty::kStart;
    end = end || property == WindowProperty::kEnd;
  }
  if (!start || !end) return node;
  const auto* assign = input->origin->try_as<WindowAssignNode>();
  const bool session = assign != nullptr && assign->window().kind == WindowKind::kSession;
  if (session && !keys_are_partition(*aggregate, *input)) return node;
  if (is_direct(*aggregate, *input)) return make_direct(*aggregate, *input);
  return make_attached(*aggregate, std::move(*input));
}

}  // namespace

PlanPtr recognize_windows(const PlanPtr& root, const OptimizerContext&) { return rewrite_plan(root, recognize); }

}  // namespace tidemill
