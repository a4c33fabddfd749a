#include "connectors/spi/decoding/rows_builder.h"

#include "base/check.h"

namespace tidemill {

RowsBuilder::RowsBuilder(const std::vector<Type>& types) {
  for (const Type& type : types) columns_.emplace_back(type);
}

void RowsBuilder::reserve(int32_t rows_max) {
  if (num_rows_ > 0 || capacity_ == rows_max) return;
  capacity_ = rows_max;
  for (ColumnFiller& column : columns_) column.begin(rows_max);
}

void RowsBuilder::note_line(int64_t line) {
  if (num_rows_ == 0) {
    first_line_ = line;
    return;
  }
  if (lines_.empty())
    for (int32_t row = 0; row < num_rows_; ++row) lines_.push_back(first_line_ + row);
  lines_.push_back(line);
}

void RowsBuilder::note_kind(RowKind kind) {
  kinds_.resize(static_cast<size_t>(num_rows_), RowKind::kInsert);  // those before the first of another kind
  kinds_.push_back(kind);
}

size_t RowsBuilder::memory_bytes() const {
  size_t bytes = lines_.capacity() * sizeof(int64_t) + kinds_.capacity() * sizeof(RowKind);
  for (const ColumnFiller& column : columns_) bytes += column.memory_bytes();
  return bytes;
}

void RowsBuilder::clear() {
  lines_.clear();
  kinds_.clear();
  kept_.clear();
  num_rows_ = 0;
  capacity_ = 0;  // reserve() makes room anew, whatever was set
}

DecodedRows RowsBuilder::take() {
  DecodedRows rows;
  rows.num_rows = num_rows_;
  rows.first_line = first_line_;
  rows.kinds = std::move(kinds_);
  if (!lines_.empty()) rows.lines = std::make_shared<const std::vector<int64_t>>(std::move(lines_));
  for (ColumnFiller& column : columns_) rows.columns.push_back(column.take(num_rows_, kept_));
  clear();
  return rows;
}

}  // namespace tidemill
