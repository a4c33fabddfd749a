#include "data/column.h"

#include "data/column_builder.h"
#include "data/dispatch.h"

namespace tidemill {
namespace {

// make_shared cannot reach a private constructor; this wrapper only exists to hand one over.
template <class Body>
ColumnPtr build(Column column, Body fill) {
  auto shared = std::make_shared<Column>(std::move(column));
  fill(*shared);
  return shared;
}

}  // namespace

ColumnPtr Column::flat(const Type& type, int32_t num_rows, BufferPtr values, BufferPtr validity,
                       std::vector<BufferPtr> text_buffers) {
  CHECK(values->size() >= static_cast<size_t>(num_rows) * static_cast<size_t>(physical_size(type.physical())));
  CHECK(validity == nullptr || validity->size() >= bitmap_bytes(num_rows));
  return build(Column(type, num_rows, ColumnEncoding::kFlat), [&](Column& column) {
    column.values_ = std::move(values);
    column.validity_ = std::move(validity);
    column.text_buffers_ = std::move(text_buffers);
  });
}

ColumnPtr Column::constant(const Column& single, int32_t num_rows) {
  const int32_t first[] = {0};
  ColumnPtr one = single.take(first);
  ColumnPtr source = flatten(one);
  return build(Column(single.type_, num_rows, ColumnEncoding::kConstant), [&](Column& column) {
    column.values_ = source->values_;
    column.validity_ = source->validity_;
    column.text_buffers_ = source->text_buffers_;
  });
}

ColumnPtr Column::all_null(const Type& type, int32_t num_rows) {
  ColumnBuilder builder(type);
  builder.append_null();
  return constant(*builder.finish(), num_rows);
}

ColumnPtr Column::dictionary(ColumnPtr dictionary, BufferPtr indices, int32_t num_rows) {
  CHECK(dictionary->encoding_ == ColumnEncoding::kFlat);
  CHECK(indices->size() >= static_cast<size_t>(num_rows) * sizeof(int32_t));
  return build(Column(dictionary->type_, num_rows, ColumnEncoding::kDictionary), [&](Column& column) {
    column.dictionary_ = std::move(dictionary);
    column.indices_ = std::move(indices);
  });
}

bool Column::is_null(int32_t row) const {
  const Column& from = source();
  if (from.validity_ == nullptr) return false;
  int32_t position = row;
  if (encoding_ == ColumnEncoding::kConstant) position = 0;
  if (encoding_ == ColumnEncoding::kDictionary) position = reinterpret_cast<const int32_t*>(indices_->data())[row];
  return !bit_at(reinterpret_cast<const uint8_t*>(from.validity_->data()), position);
}

const Text& Column::text_at(int32_t row) const { return decode<Text>()[row]; }

template <class T>
ColumnPtr Column::gather(std::span<const int32_t> rows) const {
  const auto count = static_cast<int32_t>(rows.size());
  const Decoded<T> input = decode<T>();
  auto values = Buffer::allocate(rows.size() * sizeof(T));
  T* out = reinterpret_cast<T*>(values->mutable_data());
  bool outer = false;  // some index is -1: an outer join's padding
  for (int32_t i = 0; i < count; ++i) {
    const int32_t row = rows[static_cast<size_t>(i)];
    if (row < 0) {
      outer = true;
      out[i] = T{};
    } else {
      out[i] = input[row];
    }
  }
  std::shared_ptr<Buffer> validity;
  if (input.has_nulls() || outer) {
    validity = Buffer::allocate(bitmap_bytes(count));
    auto* bits = reinterpret_cast<uint8_t*>(validity->mutable_data());
    std::memset(bits, 0, bitmap_bytes(count));
    for (int32_t i = 0; i < count; ++i) {
      const int32_t row = rows[static_cast<size_t>(i)];
      if (row >= 0 && !input.is_null(row)) set_bit(bits, i);
    }
  }
  return flat(type_, count, std::move(values), std::move(validity), text_buffers());
}

ColumnPtr Column::take(std::span<const int32_t> rows) const {
  return dispatch_physical(type_.physical(), [&]<class T>() { return gather<T>(rows); });
}

ColumnPtr Column::slice(int32_t first, int32_t count) const {
  CHECK(first >= 0 && count >= 0 && first + count <= num_rows_);
  std::vector<int32_t> rows(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) rows[static_cast<size_t>(i)] = first + i;
  return take(rows);
}

ColumnPtr Column::flatten(const ColumnPtr& column) {
  if (column->encoding_ == ColumnEncoding::kFlat) return column;
  return column->slice(0, column->num_rows_);
}

ColumnPtr Column::with_type(const Type& type) const {
  CHECK(type.physical() == type_.physical());
  return build(*this, [&](Column& column) {
    column.type_ = type;
    if (column.dictionary_) column.dictionary_ = column.dictionary_->with_type(type);
  });
}

size_t Column::memory_bytes() const {
  const Column& from = source();
  size_t bytes =
      from.values_->size() + (from.validity_ ? from.validity_->size() : 0) + (indices_ ? indices_->size() : 0);
  for (const BufferPtr& buffer : from.text_buffers_) bytes += buffer->size();
  return bytes;
}

}  // namespace tidemill
