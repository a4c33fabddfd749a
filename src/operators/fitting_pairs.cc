#include "operators/fitting_pairs.h"

#include <algorithm>
#include <numeric>

#include "operators/row_evaluation.h"

namespace tidemill {

FittingPairs::FittingPairs(const JoinSpec& spec)
    : schema_(spec.schema), pairs_schema_(spec.pairs), residual_(spec.residual) {
  const auto num_columns = static_cast<size_t>(pairs_schema_->size());
  shown_.assign(num_columns, 0);
  std::fill_n(shown_.begin(), schema_->size(), uint8_t{1});
  read_by_residual_.assign(num_columns, 0);
  if (residual_ == nullptr) return;
  for (const int32_t column : columns_of(*residual_)) read_by_residual_[static_cast<size_t>(column)] = 1;
}

void FittingPairs::read(int32_t pairs_max, OperatorContext& context) {
  pairs_.read(pairs_max);
  columns_.assign(shown_.size(), nullptr);
  if (residual_ != nullptr && pairs_.size() > 0) apply_residual(context);
}

void FittingPairs::apply_residual(OperatorContext& context) {
  const int32_t num_pairs = pairs_.size();
  pairs_.make_columns(read_by_residual_, columns_);
  std::vector<ColumnPtr> columns = columns_;
  for (size_t column = 0; column < columns.size(); ++column) {
    if (columns[column] == nullptr)
      columns[column] = Column::all_null(pairs_schema_->field(static_cast<int32_t>(column)).type, num_pairs);
  }
  fitting_.resize(static_cast<size_t>(num_pairs));
  std::iota(fitting_.begin(), fitting_.end(), 0);
  const Batch batch(pairs_schema_, std::move(columns), num_pairs);
  rows_where(*residual_, batch, context.evaluation(), context.metrics(), fitting_);
  pairs_.keep(fitting_);
}

void FittingPairs::emit(Output& output) {
  if (pairs_.size() == 0) return;
  pairs_.make_columns(shown_, columns_);
  output.emit(Batch(schema_, std::move(columns_), pairs_.size()));
}

}  // namespace tidemill
