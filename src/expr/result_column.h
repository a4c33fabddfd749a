// expr/result_column.h - the column that a kernel fills, in any row order. Rule: rows never set are unspecified but
// readable; a row is NULL only after set_null.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include "data/column.h"
#include "expr/selection.h"

namespace tidemill {

// Fixed-width results, and Texts whose bytes live elsewhere (keep_alive) or are copied here (copy).
template <class T>
class ResultColumn {
 public:
  ResultColumn(const Type& type, int32_t num_rows)
      : type_(type), num_rows_(num_rows), values_(Buffer::allocate(static_cast<size_t>(num_rows) * sizeof(T))) {
    // Unselected Texts would otherwise hold wild pointers, unselected booleans values other than 0 and 1.
    if constexpr (sizeof(T) == 1 || std::is_same_v<T, Text>) std::memset(values_->mutable_data(), 0, values_->size());
  }

  T* values() { return reinterpret_cast<T*>(values_->mutable_data()); }
  T& operator[](int32_t row) { return values()[row]; }
  void set_null(int32_t row) {
    if (!validity_) make_validity();
    clear_bit(bits(), row);
  }
  // Starts from this bitmap (set = not NULL); nullptr: no NULLs. It is copied only when a further row becomes NULL.
  void set_validity(BufferPtr validity) { shared_validity_ = std::move(validity); }

  // Copies bytes to where they live as long as the column.
  Text copy(std::string_view bytes) {
    if (bytes.size() <= Text::kInlineBytesMax) return Text(bytes);
    if (!arena_ || arena_used_ + bytes.size() > arena_->size()) open_arena(bytes.size());
    char* to = reinterpret_cast<char*>(arena_->mutable_data()) + arena_used_;
    std::memcpy(to, bytes.data(), bytes.size());
    arena_used_ += bytes.size();
    return Text({to, bytes.size()});
  }
  void keep_alive(const std::vector<BufferPtr>& buffers) {
    text_buffers_.insert(text_buffers_.end(), buffers.begin(), buffers.end());
  }

  ColumnPtr finish() {
    BufferPtr validity = validity_ ? BufferPtr(std::move(validity_)) : std::move(shared_validity_);
    return Column::flat(type_, num_rows_, std::move(values_), std::move(validity), std::move(text_buffers_));
  }

 private:
  static constexpr size_t kArenaBytesMin = 4096;
  static constexpr size_t kArenaBytesMax = 1 << 20;

  uint8_t* bits() { return reinterpret_cast<uint8_t*>(validity_->mutable_data()); }
  void make_validity() {
    validity_ = Buffer::allocate(bitmap_bytes(num_rows_));
    if (shared_validity_) {
      std::memcpy(bits(), shared_validity_->data(), bitmap_bytes(num_rows_));
    } else {
      std::memset(bits(), 0xff, bitmap_bytes(num_rows_));
    }
  }
  void open_arena(size_t bytes) {
    const size_t doubled = arena_ ? std::min(arena_->size() * 2, kArenaBytesMax) : kArenaBytesMin;
    arena_ = Buffer::allocate(std::max(doubled, bytes));
    text_buffers_.push_back(arena_);
    arena_used_ = 0;
  }

  Type type_;
  int32_t num_rows_;
  std::shared_ptr<Buffer> values_;
  std::shared_ptr<Buffer> validity_;
  BufferPtr shared_validity_;
  std::shared_ptr<Buffer> arena_;
  size_t arena_used_ = 0;
  std::vector<BufferPtr> text_buffers_;
};

// Returns the bitmap of rows where no argument is NULL, nullptr where none may be. Shares an argument's own bitmap
// where that is the answer. `all_null` is set where a constant argument is NULL.
BufferPtr combine_validity(std::span<const ColumnPtr> arguments, int32_t num_rows, bool& all_null);

// Calls body(row) for each selected row whose bit in `validity` (nullptr: all) is set.
template <class Body>
void for_each_valid(const Selection& selection, const Buffer* validity, Body&& body) {
  if (validity == nullptr) return selection.for_each(body);
  const auto* bits = reinterpret_cast<const uint8_t*>(validity->data());
  selection.for_each([&](int32_t row) {
    if (bit_at(bits, row)) body(row);
  });
}

}  // namespace tidemill
