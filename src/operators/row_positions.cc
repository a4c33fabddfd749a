#include "operators/row_positions.h"

#include "base/check.h"
#include "data/column_builder.h"

namespace tidemill {

RowPositions::RowPositions(RowOrder order, int32_t rowtime) : by_time_(order == RowOrder::kRowtime), rowtime_(rowtime) {
  CHECK(order != RowOrder::kArrival);
}

void RowPositions::begin(const Batch& batch) {
  batch_ = &batch;
  if (by_time_) times_ = batch.column(rowtime_)->decode<int64_t>();
}

RowPosition RowPositions::operator[](int32_t row) const {
  RowPosition position;
  if (times_ && !times_->is_null(row)) position.time = (*times_)[row];
  const RowOrigin& origin = batch_->origin();
  if (!origin.split) return position;
  position.split = *origin.split;
  position.offset = origin.at(row);
  return position;
}

std::vector<ColumnPtr> RowPositions::columns() const {
  const int32_t num_rows = batch_->num_rows();
  const RowOrigin& origin = batch_->origin();
  ColumnBuilder split(Type::string());
  ColumnBuilder offset(Type::big_int());
  split.append_text(origin.split ? *origin.split : "");
  for (int32_t row = 0; row < num_rows; ++row) offset.append(origin.split ? origin.at(row) : int64_t{0});
  std::vector<ColumnPtr> columns;
  if (by_time_) columns.push_back(batch_->column(rowtime_));
  columns.push_back(Column::constant(*split.finish(), num_rows));
  columns.push_back(offset.finish());
  return columns;
}

std::vector<Type> RowPositions::column_types() const {
  if (by_time_) return {Type::big_int(), Type::string(), Type::big_int()};
  return {Type::string(), Type::big_int()};
}

}  // namespace tidemill
