#include "operators/event_times.h"

#include "expr/row_errors.h"

namespace tidemill {
namespace {

[[noreturn]] void raise_null_time(const Batch& batch, int32_t row, int32_t column, std::string_view what) {
  RowErrors errors;
  errors.add(row, fmt::format("Column '{}' is the event time of {} and must not be NULL",
                              batch.schema()->field(column).name, what));
  errors.raise(batch);
}

}  // namespace

void read_event_times(const Batch& batch, int32_t column, std::string_view what, std::vector<EpochMillis>& times) {
  const Decoded<int64_t> values = batch.column(column)->decode<int64_t>();
  times.resize(static_cast<size_t>(batch.num_rows()));
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    if (values.is_null(row)) raise_null_time(batch, row, column, what);
    times[static_cast<size_t>(row)] = values[row];
  }
}

}  // namespace tidemill
