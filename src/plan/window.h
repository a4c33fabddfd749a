// plan/window.h - rows to windows, and aggregates of windows. Rule: append-only output; window_time alone is the time
// attribute of what is aggregated.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/window.h"
#include "data/window_emit.h"
#include "expr/aggregate_spec.h"
#include "plan/plan_node.h"

namespace tidemill {

// TUMBLE, HOP, CUMULATE or SESSION over a table: every row once for each of its windows, with window_start, window_end
// and window_time behind the input's columns.
class WindowAssignNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kWindowAssign;
  WindowAssignNode(PlanPtr input, WindowDefinition window, int32_t time_column, std::vector<int32_t> partition_keys,
                   SchemaPtr schema, SourceLocation location, DurationMillis allowed_lateness_ms);

  const WindowDefinition& window() const { return window_; }
  int32_t time_column() const { return time_column_; }
  // SESSION: columns whose values have sessions of their own.
  const std::vector<int32_t>& partition_keys() const { return partition_keys_; }
  const SourceLocation& location() const { return location_; }  // of the function, for messages
  // How far the watermark may be behind a window's end for rows to correct its result; 0: rows are late then.
  DurationMillis allowed_lateness_ms() const { return allowed_lateness_ms_; }
  // The first of the three window columns.
  int32_t window_start() const { return input()->schema()->size(); }
  int32_t window_end() const { return window_start() + 1; }
  int32_t window_time() const { return window_start() + 2; }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  WindowDefinition window_;
  int32_t time_column_;
  std::vector<int32_t> partition_keys_;
  SourceLocation location_;
  DurationMillis allowed_lateness_ms_;
};

// Aggregates of rows by key and window; output is keys, aggregates, window properties.
class WindowAggregateNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kWindowAggregate;
  WindowAggregateNode(PlanPtr input, WindowDefinition window, int32_t time_column, std::vector<int32_t> keys,
                      std::vector<AggregateSpec> aggregates, std::vector<WindowProperty> properties, SchemaPtr schema,
                      WindowEmit emit = {});

  const WindowDefinition& window() const { return window_; }
  // When results come besides the end of a window; where they may replace others, the output is not append-only.
  const WindowEmit& emit() const { return emit_; }
  int32_t time_column() const { return time_column_; }
  const std::vector<int32_t>& keys() const { return keys_; }
  const std::vector<AggregateSpec>& aggregates() const { return aggregates_; }
  const std::vector<WindowProperty>& properties() const { return properties_; }
  // The output column of properties()[index].
  int32_t property_column(size_t index) const {
    return static_cast<int32_t>(keys_.size() + aggregates_.size() + index);
  }

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  std::string text(std::string_view name, std::span<const std::string> column_names) const;

  WindowDefinition window_;
  int32_t time_column_;
  std::vector<int32_t> keys_;
  std::vector<AggregateSpec> aggregates_;
  std::vector<WindowProperty> properties_;
  WindowEmit emit_;
};

PlanPtr make_window_assign(PlanPtr input, WindowDefinition window, int32_t time_column,
                           std::vector<int32_t> partition_keys, SourceLocation location,
                           DurationMillis allowed_lateness_ms = 0);
// `names` are those of the aggregates, then of the properties.
PlanPtr make_window_aggregate(PlanPtr input, WindowDefinition window, int32_t time_column, std::vector<int32_t> keys,
                              std::vector<AggregateSpec> aggregates, std::vector<WindowProperty> properties,
                              const std::vector<std::string>& names, WindowEmit emit = {});

// Returns "TUMBLE(time_col=[ts], size=[1 h])".
std::string window_text(const WindowDefinition& window, std::string_view time_column,
                        const std::vector<std::string>& partition_keys = {});
// Returns the field of a window column for windows over `time` (window_time has its type and is its attribute).
Field window_property_field(WindowProperty property, std::string name, const Field& time);

}  // namespace tidemill
