#include "operators/changed_rows.h"

#include <algorithm>

namespace tidemill {

ChangedRows::ChangedRows(SchemaPtr schema, bool numbers, bool update_before)
    : schema_(std::move(schema)), numbers_(numbers), update_before_(update_before) {
  for (const Field& field : schema_->fields()) columns_.emplace_back(field.type);
}

bool ChangedRows::start(RowKind kind, int64_t number) {
  if (kind == RowKind::kUpdateBefore && !update_before_) return false;
  if (numbers_) columns_.back().append(number);
  kinds_.push_back(kind);
  if (progress_.watermarks) watermarks_.push_back(watermark_);
  only_inserts_ = only_inserts_ && kind == RowKind::kInsert;
  return true;
}

void ChangedRows::add(RowKind kind, std::span<const ColumnPtr> columns, int32_t row, int64_t number) {
  if (!start(kind, number)) return;
  for (size_t i = 0; i < columns.size(); ++i) columns_[i].append_from(*columns[i], row);
}

void ChangedRows::add(RowKind kind, const std::byte* record, const ValueFields& values, const TextHeap& texts,
                      int64_t number) {
  if (!start(kind, number)) return;
  values.append(record, texts, std::span(columns_).first(values.types().size()));
}

void ChangedRows::emit(Output& output) {
  if (kinds_.empty()) return;
  const int32_t num_rows = this->num_rows();
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& column : columns_) columns.push_back(column.finish());
  if (only_inserts_) kinds_.clear();
  Batch all(schema_, std::move(columns), num_rows, std::move(kinds_));
  all.set_progress(progress_.watermarks ? with_watermarks(progress_, std::exchange(watermarks_, {})) : progress_);
  kinds_ = {};
  only_inserts_ = true;
  for (int32_t first = 0; first < num_rows; first += kBatchRowsMax)
    output.emit(all.slice(first, std::min(kBatchRowsMax, num_rows - first)));
}

}  // namespace tidemill
