#include "data/column_builder.h"

#include "data/dispatch.h"

namespace tidemill {
namespace {

constexpr int32_t kRowsMin = 64;
constexpr size_t kArenaBytesMin = 4096;  // long texts of a batch share a few blocks

}  // namespace

ColumnBuilder::ColumnBuilder(const Type& type) : type_(type), value_bytes_(physical_size(type.physical())) {}

void ColumnBuilder::reserve(int32_t rows) {
  if (rows > capacity_) grow(rows);
}

void ColumnBuilder::grow(int32_t rows) {
  const int32_t capacity = std::max({kRowsMin, capacity_ * 2, rows});
  auto values = Buffer::allocate(static_cast<size_t>(capacity) * static_cast<size_t>(value_bytes_));
  if (num_rows_ > 0)
    std::memcpy(values->mutable_data(), values_->data(),
                static_cast<size_t>(num_rows_) * static_cast<size_t>(value_bytes_));
  values_ = std::move(values);
  if (validity_) {
    auto validity = Buffer::allocate(bitmap_bytes(capacity));
    std::memset(validity->mutable_data(), 0, bitmap_bytes(capacity));
    std::memcpy(validity->mutable_data(), validity_->data(), bitmap_bytes(num_rows_));
    validity_ = std::move(validity);
  }
  capacity_ = capacity;
}

void ColumnBuilder::append_null() {
  if (num_rows_ == capacity_) grow(num_rows_ + 1);
  if (!validity_) {
    validity_ = Buffer::allocate(bitmap_bytes(capacity_));
    std::memset(validity_->mutable_data(), 0, bitmap_bytes(capacity_));
    for (int32_t i = 0; i < num_rows_; ++i) set_bit(validity_bits(), i);
  }
  std::memset(values_->mutable_data() + static_cast<ptrdiff_t>(num_rows_) * value_bytes_, 0,
              static_cast<size_t>(value_bytes_));
  clear_bit(validity_bits(), num_rows_);
  ++num_rows_;
}

void ColumnBuilder::append_from(const Column& column, int32_t row) {
  if (column.is_null(row)) return append_null();
  if (column.type().physical() == PhysicalType::kText) return append_text(column.text(row));
  dispatch_physical(column.type().physical(), [&]<class T>() { append(column.decode<T>()[row]); });
}

Text ColumnBuilder::copy_text(std::string_view bytes) {
  if (bytes.size() <= Text::kInlineBytesMax) return Text(bytes);
  if (!arena_ || arena_used_ + bytes.size() > arena_->size()) {
    const size_t doubled = arena_ ? std::min<size_t>(arena_->size() * 2, 1 << 20) : kArenaBytesMin;
    arena_ = Buffer::allocate(std::max(doubled, bytes.size()));
    text_buffers_.push_back(arena_);
    arena_used_ = 0;
  }
  char* to = reinterpret_cast<char*>(arena_->mutable_data()) + arena_used_;
  std::memcpy(to, bytes.data(), bytes.size());
  arena_used_ += bytes.size();
  return Text({to, bytes.size()});
}

ColumnPtr ColumnBuilder::finish() {
  if (!values_) grow(0);
  ColumnPtr column = Column::flat(type_, num_rows_, std::move(values_), std::move(validity_), std::move(text_buffers_));
  num_rows_ = 0;
  capacity_ = 0;
  values_ = nullptr;
  validity_ = nullptr;
  arena_ = nullptr;
  arena_used_ = 0;
  text_buffers_.clear();
  return column;
}

}  // namespace tidemill
