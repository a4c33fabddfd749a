#include "data/batch.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {

std::string_view row_kind_text(RowKind kind) {
  switch (kind) {
    case RowKind::kInsert:
      return "+I";
    case RowKind::kUpdateBefore:
      return "-U";
    case RowKind::kUpdateAfter:
      return "+U";
    case RowKind::kDelete:
      return "-D";
  }
  CHECK_MSG(false, "row kind {}", static_cast<int>(kind));
}

Batch::Batch(SchemaPtr schema, std::vector<ColumnPtr> columns, int32_t num_rows, std::vector<RowKind> kinds)
    : schema_(std::move(schema)), columns_(std::move(columns)), num_rows_(num_rows), kinds_(std::move(kinds)) {
  CHECK_EQ(schema_->size(), num_columns());
  CHECK(kinds_.empty() || kinds_.size() == static_cast<size_t>(num_rows));
  for (int32_t i = 0; i < num_columns(); ++i) {
    CHECK_EQ(column(i)->num_rows(), num_rows);
    CHECK_MSG(column(i)->type().physical() == schema_->field(i).type.physical(), "column {} '{}' is {}, not {}", i,
              schema_->field(i).name, column(i)->type().to_string(), schema_->field(i).type.to_string());
  }
}

namespace {

template <class T>
std::shared_ptr<const std::vector<T>> take_shared(const std::vector<T>& values, std::span<const int32_t> rows) {
  auto taken = std::make_shared<std::vector<T>>(rows.size());
  std::ranges::transform(rows, taken->begin(), [&](int32_t row) { return values[static_cast<size_t>(row)]; });
  return taken;
}

RowOrigin take_origin(const RowOrigin& origin, std::span<const int32_t> rows) {
  if (!origin.split) return origin;
  if (origin.offsets) return {origin.split, 0, take_shared(*origin.offsets, rows)};
  auto offsets = std::make_shared<std::vector<int64_t>>(rows.size());
  const int64_t first = origin.first_offset;
  std::ranges::transform(rows, offsets->begin(), [first](int32_t row) { return first + row; });
  return {origin.split, 0, std::move(offsets)};
}

}  // namespace

Batch Batch::take(std::span<const int32_t> rows) const {
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_.size());
  for (const ColumnPtr& column : columns_) columns.push_back(column->take(rows));
  std::vector<RowKind> kinds;
  if (!append_only()) {
    kinds.reserve(rows.size());
    for (const int32_t row : rows) kinds.push_back(kinds_[static_cast<size_t>(row)]);
  }
  Batch taken(schema_, std::move(columns), static_cast<int32_t>(rows.size()), std::move(kinds));
  taken.progress_ = progress_;
  if (progress_.watermarks) taken.progress_.watermarks = take_shared(*progress_.watermarks, rows);
  taken.origin_ = take_origin(origin_, rows);
  return taken;
}

Batch Batch::slice(int32_t first, int32_t count) const {
  if (first == 0 && count == num_rows_) return *this;
  std::vector<int32_t> rows(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) rows[static_cast<size_t>(i)] = first + i;
  return take(rows);
}

Batch Batch::with_columns(SchemaPtr schema, std::vector<ColumnPtr> columns) const {
  Batch changed(std::move(schema), std::move(columns), num_rows_, kinds_);
  changed.progress_ = progress_;
  changed.origin_ = origin_;
  return changed;
}

RowProgress with_watermarks(const RowProgress& progress, std::vector<EpochMillis> watermarks) {
  RowProgress changed = progress;
  changed.watermarks = nullptr;
  if (watermarks.empty()) return changed;
  changed.watermark = watermarks.front();
  const bool same = std::ranges::all_of(watermarks, [&](EpochMillis w) { return w == watermarks.front(); });
  if (!same) changed.watermarks = std::make_shared<const std::vector<EpochMillis>>(std::move(watermarks));
  return changed;
}

std::string row_origin_text(const Batch& batch, int32_t row) {
  const RowOrigin& origin = batch.origin();
  return origin.split ? fmt::format(" (row read from {} at offset {})", *origin.split, origin.at(row)) : "";
}

size_t Batch::memory_bytes() const {
  size_t bytes = kinds_.size();
  if (progress_.watermarks) bytes += progress_.watermarks->size() * sizeof(EpochMillis);
  if (origin_.offsets) bytes += origin_.offsets->size() * sizeof(int64_t);
  std::vector<const Buffer*> texts;  // those of a file's columns are one block
  for (const ColumnPtr& column : columns_) {
    bytes += column->memory_bytes();
    for (const BufferPtr& buffer : column->text_buffers()) texts.push_back(buffer.get());
  }
  std::sort(texts.begin(), texts.end());
  for (size_t i = 1; i < texts.size(); ++i)
    if (texts[i] == texts[i - 1]) bytes -= texts[i]->size();
  return bytes;
}

}  // namespace tidemill
