// data/column_builder.h - builds one flat column row by row. Rule: bytes appended are copied; finish() ends the
// builder's use until it is filled anew.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/column.h"

namespace tidemill {

class ColumnBuilder {
 public:
  explicit ColumnBuilder(const Type& type);

  const Type& type() const { return type_; }
  int32_t num_rows() const { return num_rows_; }
  void reserve(int32_t rows);

  // T must be the physical C++ type (checked by size). Texts are taken as they are: keep_alive() their buffers, or use
  // append_text, which copies.
  template <class T>
  void append(const T& value) {
    CHECK_EQ(value_bytes_, static_cast<int32_t>(sizeof(T)));
    if (num_rows_ == capacity_) grow(num_rows_ + 1);
    reinterpret_cast<T*>(values_->mutable_data())[num_rows_] = value;
    if (validity_) set_bit(validity_bits(), num_rows_);
    ++num_rows_;
  }
  void append_text(std::string_view bytes) { append(copy_text(bytes)); }
  void append_null();
  // Appends row `row` of a column of the same physical type, copying long text.
  void append_from(const Column& column, int32_t row);

  // Copies bytes into the builder's arena and returns a view that lives as long as the finished column.
  Text copy_text(std::string_view bytes);
  void keep_alive(BufferPtr buffer) { text_buffers_.push_back(std::move(buffer)); }
  void keep_alive(const std::vector<BufferPtr>& buffers) {
    text_buffers_.insert(text_buffers_.end(), buffers.begin(), buffers.end());
  }

  // Returns the rows so far and empties the builder.
  ColumnPtr finish();

 private:
  void grow(int32_t rows);
  uint8_t* validity_bits() { return reinterpret_cast<uint8_t*>(validity_->mutable_data()); }

  Type type_;
  int32_t value_bytes_;
  int32_t num_rows_ = 0;
  int32_t capacity_ = 0;
  std::shared_ptr<Buffer> values_;
  std::shared_ptr<Buffer> validity_;  // made at the first NULL
  std::shared_ptr<Buffer> arena_;     // the block that takes the next long text
  size_t arena_used_ = 0;
  std::vector<BufferPtr> text_buffers_;
};

}  // namespace tidemill
