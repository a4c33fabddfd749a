// plan/aggregate.cc - GROUP BY without windows.
#include "plan/aggregate.h"

#include <algorithm>
#include <set>

#include "base/units.h"
#include "plan/passes/window_columns.h"

namespace tidemill {
namespace {

std::string keys_text(const std::vector<int32_t>& keys, std::span<const std::string> names) {
  std::vector<std::string> items;
  for (const int32_t key : keys) items.push_back(names[static_cast<size_t>(key)]);
  return join_texts(items);
}

std::string ttl_text(const std::optional<DurationMillis>& state_ttl_ms) {
  return state_ttl_ms ? fmt::format(", stateTtl=[{}]", format_duration_ms(*state_ttl_ms)) : "";
}

}  // namespace

std::string aggregate_text(const AggregateSpec& aggregate, std::span<const std::string> column_names) {
  const std::string argument = aggregate.argument ? aggregate.argument->to_string(column_names) : "*";
  std::string text =
      fmt::format("{}({}{})", aggregate.function->name(), aggregate.distinct ? "DISTINCT " : "", argument);
  if (aggregate.filter) {
    const auto filter = static_cast<size_t>(*aggregate.filter);
    text += " FILTER (WHERE ";
    text += filter < column_names.size() ? column_names[filter] : fmt::format("${}", filter);
    text += ")";
  }
  return text;
}

std::string row_order_text(const std::vector<AggregateSpec>& aggregates, std::span<const std::string> column_names) {
  const auto ordered = std::ranges::find_if(
      aggregates, [](const AggregateSpec& aggregate) { return aggregate.order != RowOrder::kArrival; });
  if (ordered == aggregates.end()) return "";
  if (ordered->order == RowOrder::kLog) return ", rowOrder=[split, offset]";
  const auto rowtime = static_cast<size_t>(ordered->rowtime);
  return fmt::format(", rowOrder=[{}, split, offset]",
                     rowtime < column_names.size() ? column_names[rowtime] : fmt::format("${}", rowtime));
}

std::vector<int32_t> columns_of(const std::vector<AggregateSpec>& aggregates) {
  std::set<int32_t> columns;
  for (const AggregateSpec& aggregate : aggregates) {
    if (aggregate.argument) {
      for (const int32_t column : columns_of(*aggregate.argument)) columns.insert(column);
    }
    if (aggregate.filter) columns.insert(*aggregate.filter);
    if (aggregate.order == RowOrder::kRowtime) columns.insert(aggregate.rowtime);
  }
  return {columns.begin(), columns.end()};
}

std::vector<AggregateSpec> renumber_columns(const std::vector<AggregateSpec>& aggregates,
                                            std::span<const int32_t> new_index) {
  std::vector<AggregateSpec> result = aggregates;
  for (AggregateSpec& aggregate : result) {
    if (aggregate.argument) aggregate.argument = renumber_columns(aggregate.argument, new_index);
    if (aggregate.filter) aggregate.filter = new_index[static_cast<size_t>(*aggregate.filter)];
    if (aggregate.order == RowOrder::kRowtime) aggregate.rowtime = new_index[static_cast<size_t>(aggregate.rowtime)];
  }
  return result;
}

AggregateNode::AggregateNode(PlanPtr input, std::vector<int32_t> keys, std::vector<AggregateSpec> aggregates,
                             SchemaPtr schema, std::optional<DurationMillis> state_ttl_ms)
    : PlanNode(kKind, std::move(schema), {std::move(input)}),
      keys_(std::move(keys)),
      aggregates_(std::move(aggregates)),
      state_ttl_ms_(state_ttl_ms) {
  CHECK_EQ(static_cast<int32_t>(keys_.size() + aggregates_.size()), this->schema()->size());
}

PlanPtr AggregateNode::with_inputs(std::vector<PlanPtr> inputs) const {
  auto node = std::make_shared<AggregateNode>(inputs.at(0), keys_, aggregates_, schema(), state_ttl_ms_);
  node->mini_batch_ = mini_batch_;
  return node;
}

PlanPtr AggregateNode::with_mini_batch(const MiniBatch& mini_batch) const {
  auto node = std::make_shared<AggregateNode>(*this);
  node->mini_batch_ = mini_batch;
  return node;
}

std::string AggregateNode::logical_text() const {
  std::vector<std::string> keys;
  for (const int32_t key : keys_) keys.push_back(fmt::format("{}", key));
  std::string text = fmt::format("LogicalAggregate(group=[{{{}}}]", join_texts(keys));
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const Field& field = schema()->field(static_cast<int32_t>(keys_.size() + i));
    text += fmt::format(", {}=[{}]", field.name, aggregate_text(aggregates_[i]));
  }
  return text + row_order_text(aggregates_) + ttl_text(state_ttl_ms_) + ")";
}

std::string AggregateNode::physical_text() const {
  const std::vector<std::string> names = input()->schema()->names();
  std::vector<std::string> items;
  for (const int32_t key : keys_) items.push_back(names[static_cast<size_t>(key)]);
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const Field& field = schema()->field(static_cast<int32_t>(keys_.size() + i));
    items.push_back(fmt::format("{} AS {}", aggregate_text(aggregates_[i], names), field.name));
  }
  const std::string group_by = keys_.empty() ? "" : fmt::format("groupBy=[{}], ", keys_text(keys_, names));
  const std::string gathered = mini_batch_
                                   ? fmt::format(", miniBatch=[interval={}, size={}]",
                                                 format_duration_ms(mini_batch_->interval_ms), mini_batch_->rows)
                                   : "";
  return fmt::format("GroupAggregate({}select=[{}]{}{})", group_by, join_texts(items),
                     row_order_text(aggregates_, names), ttl_text(state_ttl_ms_) + gathered);
}

PlanPtr make_aggregate(PlanPtr input, std::vector<int32_t> keys, std::vector<AggregateSpec> aggregates,
                       const std::vector<std::string>& names, std::optional<DurationMillis> state_ttl_ms) {
  CHECK_EQ(aggregates.size(), names.size());
  const WindowColumns windows = window_columns(*input);
  const bool by_window = group_by_window(windows, keys);
  std::vector<Field> fields;
  for (const int32_t key : keys) {
    fields.push_back(input->schema()->field(key));
    if (!by_window || key != windows.time) fields.back().time = TimeAttribute::kNone;
  }
  for (size_t i = 0; i < aggregates.size(); ++i) fields.push_back({names[i], aggregates[i].function->result_type()});
  return std::make_shared<AggregateNode>(std::move(input), std::move(keys), std::move(aggregates),
                                         make_schema(std::move(fields)), state_ttl_ms);
}

}  // namespace tidemill
