// plan/window.cc - rows to windows, and aggregates of windows.
#include "plan/window.h"

#include "base/units.h"
#include "plan/aggregate.h"

namespace tidemill {
namespace {

std::string_view window_name(WindowKind kind) {
  switch (kind) {
    case WindowKind::kTumble:
      return "TUMBLE";
    case WindowKind::kHop:
      return "HOP";
    case WindowKind::kCumulate:
      return "CUMULATE";
    case WindowKind::kSession:
      return "SESSION";
  }
  CHECK(false);
}

std::string_view property_text(WindowProperty property) {
  switch (property) {
    case WindowProperty::kStart:
      return "window_start";
    case WindowProperty::kEnd:
      return "window_end";
    case WindowProperty::kTime:
      return "window_time";
  }
  CHECK(false);
}

std::vector<std::string> names_of(const std::vector<int32_t>& columns, std::span<const std::string> names) {
  std::vector<std::string> result;
  for (const int32_t column : columns) {
    result.push_back(names.empty() ? fmt::format("${}", column) : names[static_cast<size_t>(column)]);
  }
  return result;
}

std::string lateness_text(DurationMillis allowed_lateness_ms) {
  if (allowed_lateness_ms == 0) return "";
  return fmt::format(", allowed_lateness=[{}]", format_duration_ms(allowed_lateness_ms));
}

// As Flink shows it: ", emit=[early delay 1000 millisecond, late no delay]".
std::string emit_text(const WindowEmit& emit) {
  if (!emit.updates()) return "";
  const auto delay_text = [](std::string_view when, DurationMillis delay_ms) {
    return delay_ms == 0 ? fmt::format("{} no delay", when) : fmt::format("{} delay {} millisecond", when, delay_ms);
  };
  std::vector<std::string> parts;
  if (emit.early_delay_ms) parts.push_back(delay_text("early", *emit.early_delay_ms));
  if (emit.late_delay_ms) parts.push_back(delay_text("late", *emit.late_delay_ms));
  return fmt::format(", emit=[{}]", join_texts(parts));
}

}  // namespace

std::string window_text(const WindowDefinition& window, std::string_view time_column,
                        const std::vector<std::string>& partition_keys) {
  const bool session = window.kind == WindowKind::kSession;
  std::string text = fmt::format("{}(time_col=[{}], {}=[{}]", window_name(window.kind), time_column,
                                 session                                ? "gap"
                                 : window.kind == WindowKind::kCumulate ? "max_size"
                                                                        : "size",
                                 format_duration_ms(window.size));
  if (window.kind == WindowKind::kHop) text += fmt::format(", slide=[{}]", format_duration_ms(window.slide));
  if (window.kind == WindowKind::kCumulate) text += fmt::format(", step=[{}]", format_duration_ms(window.slide));
  if (window.offset != 0) text += fmt::format(", offset=[{}]", format_duration_ms(window.offset));
  if (!partition_keys.empty()) text += fmt::format(", partition keys=[{}]", join_texts(partition_keys));
  return text + ")";
}

Field window_property_field(WindowProperty property, std::string name, const Field& time) {
  if (property != WindowProperty::kTime) return {std::move(name), Type::timestamp(3).not_null()};
  return {std::move(name), time.type.not_null(), time.time};
}

WindowAssignNode::WindowAssignNode(PlanPtr input, WindowDefinition window, int32_t time_column,
                                   std::vector<int32_t> partition_keys, SchemaPtr schema, SourceLocation location,
                                   DurationMillis allowed_lateness_ms)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      window_(window),
      time_column_(time_column),
      partition_keys_(std::move(partition_keys)),
      location_(location),
      allowed_lateness_ms_(allowed_lateness_ms) {}

PlanPtr WindowAssignNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<WindowAssignNode>(inputs.at(0), window_, time_column_, partition_keys_, schema(), location_,
                                            allowed_lateness_ms_);
}

std::string WindowAssignNode::logical_text() const {
  const std::string& time = input()->schema()->field(time_column_).name;
  return fmt::format("LogicalTableFunctionScan(invocation=[{}{}])",
                     window_text(window_, time, names_of(partition_keys_, {})), lateness_text(allowed_lateness_ms_));
}

std::string WindowAssignNode::physical_text() const {
  const std::vector<std::string> names = input()->schema()->names();
  return fmt::format("WindowTableFunction(window=[{}{}])",
                     window_text(window_, names[static_cast<size_t>(time_column_)], names_of(partition_keys_, names)),
                     lateness_text(allowed_lateness_ms_));
}

WindowAggregateNode::WindowAggregateNode(PlanPtr input, WindowDefinition window, int32_t time_column,
                                         std::vector<int32_t> keys, std::vector<AggregateSpec> aggregates,
                                         std::vector<WindowProperty> properties, SchemaPtr schema, WindowEmit emit)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      window_(window),
      time_column_(time_column),
      keys_(std::move(keys)),
      aggregates_(std::move(aggregates)),
      properties_(std::move(properties)),
      emit_(emit) {
  CHECK_EQ(static_cast<int32_t>(keys_.size() + aggregates_.size() + properties_.size()), this->schema()->size());
}

PlanPtr WindowAggregateNode::with_inputs(std::vector<PlanPtr> inputs) const {
  return std::make_shared<WindowAggregateNode>(inputs.at(0), window_, time_column_, keys_, aggregates_, properties_,
                                               schema(), emit_);
}

std::string WindowAggregateNode::text(std::string_view name, std::span<const std::string> column_names) const {
  std::vector<std::string> items = names_of(keys_, column_names);
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const Field& field = schema()->field(static_cast<int32_t>(keys_.size() + i));
    items.push_back(fmt::format("{} AS {}", aggregate_text(aggregates_[i], column_names), field.name));
  }
  for (size_t i = 0; i < properties_.size(); ++i) {
    const std::string& field = schema()->field(property_column(i)).name;
    const std::string_view property = property_text(properties_[i]);
    items.push_back(field == property ? field : fmt::format("{} AS {}", property, field));
  }
  const std::string group_by =
      keys_.empty() ? "" : fmt::format("groupBy=[{}], ", join_texts(names_of(keys_, column_names)));
  const std::string time = names_of({time_column_}, column_names).front();
  return fmt::format("{}({}window=[{}], select=[{}]{}{})", name, group_by, window_text(window_, time),
                     join_texts(items), row_order_text(aggregates_, column_names), emit_text(emit_));
}

std::string WindowAggregateNode::logical_text() const { return text("LogicalWindowAggregate", {}); }

std::string WindowAggregateNode::physical_text() const { return text("WindowAggregate", input()->schema()->names()); }

PlanPtr make_window_assign(PlanPtr input, WindowDefinition window, int32_t time_column,
                           std::vector<int32_t> partition_keys, SourceLocation location,
                           DurationMillis allowed_lateness_ms) {
  std::vector<Field> fields = input->schema()->fields();
  const Field time = input->schema()->field(time_column);
  fields.push_back(window_property_field(WindowProperty::kStart, "window_start", time));
  fields.push_back(window_property_field(WindowProperty::kEnd, "window_end", time));
  fields.push_back(window_property_field(WindowProperty::kTime, "window_time", time));
  return std::make_shared<WindowAssignNode>(std::move(input), window, time_column, std::move(partition_keys),
                                            make_schema(std::move(fields)), location, allowed_lateness_ms);
}

PlanPtr make_window_aggregate(PlanPtr input, WindowDefinition window, int32_t time_column, std::vector<int32_t> keys,
                              std::vector<AggregateSpec> aggregates, std::vector<WindowProperty> properties,
                              const std::vector<std::string>& names, WindowEmit emit) {
  CHECK_EQ(names.size(), aggregates.size() + properties.size());
  std::vector<Field> fields;
  for (const int32_t key : keys) {
    fields.push_back(input->schema()->field(key));
    fields.back().time = TimeAttribute::kNone;
  }
  for (size_t i = 0; i < aggregates.size(); ++i) fields.push_back({names[i], aggregates[i].function->result_type()});
  const Field time = input->schema()->field(time_column);
  for (size_t i = 0; i < properties.size(); ++i) {
    fields.push_back(window_property_field(properties[i], names[aggregates.size() + i], time));
  }
  return std::make_shared<WindowAggregateNode>(std::move(input), window, time_column, std::move(keys),
                                               std::move(aggregates), std::move(properties),
                                               make_schema(std::move(fields)), emit);
}

}  // namespace tidemill
