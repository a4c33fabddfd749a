#include "operators/window_results.h"

namespace tidemill {
namespace {

EpochMillis value_of(WindowProperty property, const WindowBounds& window) {
  switch (property) {
    case WindowProperty::kStart:
      return window.start;
    case WindowProperty::kEnd:
      return window.end;
    case WindowProperty::kTime:
      return window.rowtime;
  }
  CHECK_MSG(false, "window property {}", static_cast<int>(property));
}

}  // namespace

WindowResults::WindowResults(const WindowAggregateSpec& spec, const std::vector<Type>& key_types)
    : schema_(spec.schema), num_keys_(spec.keys.size()), properties_(spec.properties) {
  CHECK_EQ(static_cast<size_t>(schema_->size()), num_keys_ + spec.aggregates.size() + properties_.size());
  for (const Type& type : key_types) keys_.emplace_back(type);
  for (const AggregateSpec& aggregate : spec.aggregates) results_.emplace_back(aggregate.function->result_type());
  for (size_t i = 0; i < properties_.size(); ++i) {
    const Type& type = schema_->field(static_cast<int32_t>(num_keys_ + results_.size() + i)).type;
    CHECK_EQ(physical_size(type.physical()), 8);
    windows_.emplace_back(type);
  }
}

void WindowResults::append(Aggregation& aggregation, RecordTable& table, std::span<const std::byte* const> records,
                           std::span<const WindowBounds> windows, Output& output) {
  if (num_rows_ > 0 && num_rows_ + static_cast<int32_t>(records.size()) > kBatchRowsTarget) flush(output);
  table.read_keys(records, keys_);
  aggregation.append_results(table, records, results_);
  for (size_t i = 0; i < properties_.size(); ++i) {
    for (size_t row = 0; row < records.size(); ++row)
      windows_[i].append(value_of(properties_[i], windows[windows.size() == 1 ? 0 : row]));
  }
  num_rows_ += static_cast<int32_t>(records.size());
}

void WindowResults::flush(Output& output) {
  if (num_rows_ == 0) return;
  std::vector<ColumnPtr> columns;
  columns.reserve(static_cast<size_t>(schema_->size()));
  for (size_t i = 0; i < keys_.size(); ++i) {
    ColumnPtr key = keys_[i].finish();
    if (i < num_keys_) columns.push_back(std::move(key));
  }
  for (ColumnBuilder& result : results_) columns.push_back(result.finish());
  for (ColumnBuilder& window : windows_) columns.push_back(window.finish());
  const int32_t num_rows = std::exchange(num_rows_, 0);
  output.emit(Batch(schema_, std::move(columns), num_rows));
}

}  // namespace tidemill
