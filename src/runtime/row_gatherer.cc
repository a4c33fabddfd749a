#include "runtime/row_gatherer.h"

#include "base/check.h"
#include "data/dispatch.h"

namespace tidemill {
namespace {

// Long texts are copied where they use less than this part of the buffers that they would keep alive.
constexpr size_t kBufferUseMin = 4;  // a quarter

// The column under construction: values, and validity where some row may be NULL.
template <class T>
class GatheredValues {
 public:
  GatheredValues(const Type& type, int32_t rows, bool may_have_nulls)
      : type_(type), rows_(rows), values_(Buffer::allocate(static_cast<size_t>(rows) * sizeof(T))) {
    if (!may_have_nulls) return;
    validity_ = Buffer::allocate(bitmap_bytes(rows));
    std::memset(validity_->mutable_data(), 0, bitmap_bytes(rows));
  }

  void append(const Decoded<T>& from, std::span<const int32_t> rows) {
    T* out = reinterpret_cast<T*>(values_->mutable_data()) + filled_;
    for (const int32_t row : rows) *out++ = from[row];
    if (validity_) mark_valid(from, rows);
    filled_ += static_cast<int32_t>(rows.size());
  }

  // The values added last, to be changed in place.
  std::span<T> last(size_t count) {
    return {reinterpret_cast<T*>(values_->mutable_data()) + filled_ - static_cast<ptrdiff_t>(count), count};
  }

  ColumnPtr finish(std::vector<BufferPtr> text_buffers = {}) {
    return Column::flat(type_, rows_, std::move(values_), std::move(validity_), std::move(text_buffers));
  }

 private:
  void mark_valid(const Decoded<T>& from, std::span<const int32_t> rows) {
    auto* bits = reinterpret_cast<uint8_t*>(validity_->mutable_data());
    int32_t at = filled_;
    for (const int32_t row : rows) {
      if (from.is_null(row))
        reinterpret_cast<T*>(values_->mutable_data())[at] = T{};  // what a NULL row holds may point anywhere
      else
        set_bit(bits, at);
      ++at;
    }
  }

  const Type& type_;
  const int32_t rows_;
  int32_t filled_ = 0;
  std::shared_ptr<Buffer> values_;
  std::shared_ptr<Buffer> validity_;
};

// Moves long texts into one buffer of their own where they would keep much more alive; otherwise keeps `held`.
void settle_texts(std::span<Text> texts, const std::vector<BufferPtr>& held, std::vector<BufferPtr>& kept) {
  size_t used = 0, held_bytes = 0;
  for (const Text& text : texts)
    if (!text.is_inline()) used += text.size();
  for (const BufferPtr& buffer : held) held_bytes += buffer->size();
  if (used == 0) return;
  if (used * kBufferUseMin >= held_bytes) {
    kept.insert(kept.end(), held.begin(), held.end());
    return;
  }
  const std::shared_ptr<Buffer> own = Buffer::allocate(used);
  char* at = reinterpret_cast<char*>(own->mutable_data());
  for (Text& text : texts) {
    if (text.is_inline()) continue;
    std::memcpy(at, text.data(), text.size());
    const Text moved({at, text.size()});
    at += text.size();
    text = moved;
  }
  kept.push_back(own);
}

}  // namespace

void RowGatherer::add(const Batch& batch, std::vector<int32_t> rows, std::shared_ptr<const MemoryCharge> charge) {
  num_rows_ += static_cast<int32_t>(rows.size());
  parts_.push_back({batch, std::move(rows), std::move(charge)});
}

ColumnPtr RowGatherer::gather_column(int32_t index) const {
  const Type& type = parts_.front().batch.column(index)->type();
  const bool may_have_nulls = std::any_of(
      parts_.begin(), parts_.end(), [index](const Part& part) { return part.batch.column(index)->may_have_nulls(); });
  return dispatch_physical(type.physical(), [&]<class T>() {
    GatheredValues<T> values(type, num_rows_, may_have_nulls);
    std::vector<BufferPtr> text_buffers;
    for (const Part& part : parts_) {
      const Column& column = *part.batch.column(index);
      values.append(column.decode<T>(), part.rows);
      if constexpr (std::is_same_v<T, Text>)
        settle_texts(values.last(part.rows.size()), column.text_buffers(), text_buffers);
    }
    return values.finish(std::move(text_buffers));
  });
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
    for (const int32_t row : part.rows) watermarks->push_back(part.batch.progress().own_at(row));
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
