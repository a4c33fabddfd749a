#include "operators/window_assign.h"

#include "data/column_builder.h"

namespace tidemill {

WindowAssign::WindowAssign(const WindowAssignSpec& spec) : spec_(spec) {}

void WindowAssign::open(OperatorContext& context) {
  context_ = &context;
  const WindowTime time(spec_.window, context.evaluation().time_zone);
  windows_.emplace(spec_.window, time);
  rows_.emplace(spec_.window, spec_.time_column, time);
}

void WindowAssign::process(Batch input, int32_t, Output& output) {
  rows_->begin(input, *context_);
  const EpochMillis step = windows_->step();
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const EpochMillis first = windows_->slice_end(rows_->times()[static_cast<size_t>(row)]);
    const EpochMillis last = windows_->last_window_end(first);
    const bool latest_first = windows_->kind() == WindowKind::kHop;
    for (EpochMillis offset = 0; offset <= last - first; offset += step) {
      input_rows_.push_back(row);
      ends_.push_back(latest_first ? last - offset : first + offset);
      if (ends_.size() == static_cast<size_t>(kBatchRowsMax)) emit(input, output);
    }
  }
  emit(input, output);
}

void WindowAssign::emit(const Batch& input, Output& output) {
  if (ends_.empty()) return;
  const Batch rows = input.take(input_rows_);
  std::vector<ColumnPtr> columns = rows.columns();
  const int32_t first_window_column = input.num_columns();
  ColumnBuilder start(spec_.schema->field(first_window_column).type);
  ColumnBuilder end(spec_.schema->field(first_window_column + 1).type);
  ColumnBuilder rowtime(spec_.schema->field(first_window_column + 2).type);
  for (const EpochMillis window_end : ends_) {
    start.append(windows_->window_start(window_end));
    end.append(window_end);
    rowtime.append(windows_->time().rowtime_of(window_end));
  }
  columns.insert(columns.end(), {start.finish(), end.finish(), rowtime.finish()});
  input_rows_.clear();
  ends_.clear();
  output.emit(rows.with_columns(spec_.schema, std::move(columns)));
}

}  // namespace tidemill
