#include "runtime/row_gatherer.h"

#include "base/check.h"
#include "data/column_builder.h"
#include "data/dispatch.h"

namespace tidemill {
namespace {

// Long texts are copied where they use less than this part of the buffers that they would keep alive.
constexpr size_t kBufferUseMin = 4;  // a quarter

// Keeps the buffers of long texts, or copies the texts out of them where they are few.
class TextKeeper {
 public:
  explicit TextKeeper(ColumnBuilder& builder) : builder_(builder) {}

  void append(const Column& column, std::span<const int32_t> rows) {
    const Decoded<Text> texts = column.decode<Text>();
    size_t used = 0, held = 0;
    for (const int32_t row : rows)
      if (!texts.is_null(row) && !texts[row].is_inline()) used += texts[row].size();
    for (const BufferPtr& buffer : column.text_buffers()) held += buffer->size();
    const bool copy = used * kBufferUseMin < held;
    if (!copy && used > 0) builder_.keep_alive(column.text_buffers());
    for (const int32_t row : rows) {
      if (texts.is_null(row))
        builder_.append_null();
      else if (copy)
        builder_.append_text(texts[row].view());
      else
        builder_.append(texts[row]);
    }
  }

 private:
  ColumnBuilder& builder_;
};

template <class T>
void append_values(const Column& column, std::span<const int32_t> rows, ColumnBuilder& builder) {
  const Decoded<T> values = column.decode<T>();
  if (!values.has_nulls()) {
    for (const int32_t row : rows) builder.append(values[row]);
    return;
  }
  for (const int32_t row : rows) values.is_null(row) ? builder.append_null() : builder.append(values[row]);
}

}  // namespace

void RowGatherer::add(const Batch& batch, std::vector<int32_t> rows) {
  num_rows_ += static_cast<int32_t>(rows.size());
  parts_.push_back({batch, std::move(rows)});
}

ColumnPtr RowGatherer::gather_column(int32_t index) const {
  const Type& type = parts_.front().batch.column(index)->type();
  ColumnBuilder builder(type);
  builder.reserve(num_rows_);
  TextKeeper texts(builder);
  for (const Part& part : parts_) {
    const Column& column = *part.batch.column(index);
    dispatch_physical(type.physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, Text>)
        texts.append(column, part.rows);
      else
        append_values<T>(column, part.rows, builder);
    });
  }
  return builder.finish();
}

RowProgress RowGatherer::gather_progress() const {
  RowProgress progress = parts_.front().batch.progress();
  if (!progress.from_split) return progress;
  const bool same = std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return !part.batch.progress().watermarks && part.batch.progress().watermark == progress.watermark;
  });
  if (same) return progress;
  auto watermarks = std::make_shared<std::vector<EpochMillis>>();
  watermarks->reserve(static_cast<size_t>(num_rows_));
  for (const Part& part : parts_)
    for (const int32_t row : part.rows) watermarks->push_back(part.batch.progress().at(row));
  progress.watermarks = std::move(watermarks);
  return progress;
}

RowOrigin RowGatherer::gather_origin() const {
  RowOrigin origin{parts_.front().batch.origin().split, 0, nullptr};
  if (!origin.split) return origin;
  auto offsets = std::make_shared<std::vector<int64_t>>();
  offsets->reserve(static_cast<size_t>(num_rows_));
  for (const Part& part : parts_)
    for (const int32_t row : part.rows) offsets->push_back(part.batch.origin().at(row));
  origin.offsets = std::move(offsets);
  return origin;
}

Batch RowGatherer::finish() {
  CHECK(num_rows_ > 0);
  const Batch& first = parts_.front().batch;
  std::vector<ColumnPtr> columns;
  for (int32_t i = 0; i < first.num_columns(); ++i) columns.push_back(gather_column(i));
  std::vector<RowKind> kinds;
  const bool append_only =
      std::all_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.batch.append_only(); });
  if (!append_only)
    for (const Part& part : parts_)
      for (const int32_t row : part.rows) kinds.push_back(part.batch.kind(row));
  Batch gathered(first.schema(), std::move(columns), num_rows_, std::move(kinds));
  gathered.set_progress(gather_progress());
  gathered.set_origin(gather_origin());
  parts_.clear();
  num_rows_ = 0;
  return gathered;
}

}  // namespace tidemill
