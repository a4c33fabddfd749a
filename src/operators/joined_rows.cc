#include "operators/joined_rows.h"

#include <algorithm>
#include <numeric>

#include "operators/row_evaluation.h"

namespace tidemill {

void JoinedRows::add(RowKind kind, int32_t input_row, int32_t pair, int64_t copies) {
  kinds_.insert(kinds_.end(), static_cast<size_t>(copies), kind);
  input_rows_.insert(input_rows_.end(), static_cast<size_t>(copies), input_row);
  pairs_.insert(pairs_.end(), static_cast<size_t>(copies), pair);
}

void JoinedRows::emit(const Batch& input, int32_t port, const JoinSide& own, const JoinSide& other,
                      const PairedRows& pairs, Output& output) {
  for (size_t first = 0; first < kinds_.size(); first += kBatchRowsMax) {
    const size_t count = std::min<size_t>(kBatchRowsMax, kinds_.size() - first);
    std::vector<ColumnPtr> own_columns, other_columns;
    if (!left_only_ || port == 0) own_columns = columns_of_rows(input, std::span(input_rows_).subspan(first, count));
    if (!left_only_ || port == 1)
      other_columns = paired_columns(other, pairs, input, own.keys(), std::span(pairs_).subspan(first, count));
    const auto begin = kinds_.begin() + static_cast<ptrdiff_t>(first);
    std::vector<RowKind> kinds(begin, begin + static_cast<ptrdiff_t>(count));
    if (std::ranges::all_of(kinds, [](RowKind kind) { return kind == RowKind::kInsert; })) kinds.clear();
    Batch joined(schema_, in_order(port, std::move(own_columns), std::move(other_columns)), static_cast<int32_t>(count),
                 std::move(kinds));
    if (output_watermark_ && input.progress().from_split)
      joined.set_progress(progress_of(input, std::span(input_rows_).subspan(first, count)));
    output.emit(std::move(joined));
  }
  kinds_.clear();
  input_rows_.clear();
  pairs_.clear();
}

RowProgress JoinedRows::progress_of(const Batch& input, std::span<const int32_t> rows) const {
  RowProgress progress = input.progress();
  if (progress.watermarks) {
    std::vector<EpochMillis> watermarks;
    for (const int32_t row : rows) watermarks.push_back(output_watermark_(progress.own_at(row)));
    progress = with_watermarks(progress, std::move(watermarks));
  } else {
    progress.watermark = output_watermark_(progress.watermark);
  }
  progress.other_splits = output_watermark_(progress.other_splits);
  return progress;
}

std::vector<ColumnPtr> columns_of_rows(const Batch& batch, std::span<const int32_t> rows) {
  std::vector<ColumnPtr> columns;
  columns.reserve(batch.columns().size());
  for (const ColumnPtr& column : batch.columns()) columns.push_back(column->take(rows));
  return columns;
}

std::vector<ColumnPtr> in_order(int32_t port, std::vector<ColumnPtr> own, std::vector<ColumnPtr> others) {
  std::vector<ColumnPtr>& left = port == 0 ? own : others;
  const std::vector<ColumnPtr>& right = port == 0 ? others : own;
  left.insert(left.end(), right.begin(), right.end());
  return std::move(left);
}

std::vector<ColumnPtr> paired_columns(const JoinSide& other, const PairedRows& pairs, const Batch& input,
                                      std::span<const int32_t> input_keys, std::span<const int32_t> places) {
  std::vector<int32_t> key_rows;
  for (const int32_t place : places) key_rows.push_back(place < 0 ? -1 : pairs.input_rows[static_cast<size_t>(place)]);
  std::vector<ColumnPtr> columns;
  for (const StoredRows::Source& source : other.rows().sources()) {
    const auto index = static_cast<size_t>(source.index);
    const Type& type = other.schema()->field(static_cast<int32_t>(columns.size())).type;
    columns.push_back(source.stored ? pairs.stored[index]->take(places)
                                    : input.column(input_keys[index])->take(key_rows)->with_type(type));
  }
  return columns;
}

std::vector<int32_t> fitting_pairs(const JoinSpec& spec, int32_t port, const Batch& input, const JoinSide& own,
                                   const JoinSide& other, const PairedRows& pairs, OperatorContext& context) {
  const auto num_pairs = static_cast<int32_t>(pairs.input_rows.size());
  std::vector<int32_t> fitting(static_cast<size_t>(num_pairs));
  std::iota(fitting.begin(), fitting.end(), 0);
  if (spec.residual == nullptr || num_pairs == 0) return fitting;
  std::vector<ColumnPtr> columns = in_order(port, columns_of_rows(input, pairs.input_rows),
                                            paired_columns(other, pairs, input, own.keys(), fitting));
  const Batch batch(spec.pairs, std::move(columns), num_pairs);
  rows_where(*spec.residual, batch, context.evaluation(), context.metrics(), fitting);
  return fitting;
}

}  // namespace tidemill
