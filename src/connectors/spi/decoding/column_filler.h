// connectors/spi/decoding/column_filler.h - one column of the rows being decoded, filled by position. Rule: a row may
// be set again until it is taken: the last value counts.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/column.h"

namespace tidemill {

class ColumnFiller {
 public:
  explicit ColumnFiller(const Type& type) : type_(type) {}

  const Type& type() const { return type_; }
  // Makes room for `rows` rows, none of them set.
  void begin(int32_t rows);

  // T must be the physical C++ type.
  template <class T>
  void set(int32_t row, T value) {
    reinterpret_cast<T*>(data_)[row] = value;
    if (validity_) [[unlikely]]
      set_bit(validity_bits(), row);
  }
  void set_null(int32_t row);
  // Sets text whose bytes, where they do not fit inline, live in memory that take() is told to keep.
  void set_text(int32_t row, std::string_view bytes) { set(row, Text(bytes)); }
  // Sets text whose bytes are copied.
  void copy_text(int32_t row, std::string_view bytes);

  // Returns rows 0 … rows - 1, all of which were set. Afterwards begin() comes first.
  ColumnPtr take(int32_t rows, const std::vector<BufferPtr>& kept);

  // Bytes of the rows not taken yet.
  size_t memory_bytes() const;

 private:
  uint8_t* validity_bits() { return reinterpret_cast<uint8_t*>(validity_->mutable_data()); }

  Type type_;
  int32_t capacity_ = 0;
  std::byte* data_ = nullptr;  // of values_
  std::shared_ptr<Buffer> values_;
  std::shared_ptr<Buffer> validity_;  // made at the first NULL
  std::shared_ptr<Buffer> arena_;     // takes the next copied text
  size_t arena_used_ = 0;
  std::vector<BufferPtr> arenas_;
};

}  // namespace tidemill
