// data/column.h - one column of a batch. Rule: immutable once built; flat, constant or dictionary, all read through
// Decoded.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "data/buffer.h"
#include "data/text.h"
#include "data/type.h"

namespace tidemill {

class Column;
using ColumnPtr = std::shared_ptr<const Column>;

enum class ColumnEncoding : uint8_t {
  kFlat,        // one value a row
  kConstant,    // one value for all rows
  kDictionary,  // an int32 index a row into a flat column; NULL is a NULL entry of that column
};

// Reads any encoding: value(row), is_null(row). T is the physical value type; a NULL row's value is unspecified but
// readable. Valid while the column lives.
template <class T>
class Decoded {
 public:
  Decoded(const T* values, const uint8_t* validity, const int32_t* indices, int32_t mask)
      : values_(values), validity_(validity), indices_(indices), mask_(mask) {}

  const T& operator[](int32_t row) const { return values_[position(row)]; }
  bool is_null(int32_t row) const { return validity_ != nullptr && !bit_at(validity_, position(row)); }
  bool has_nulls() const { return validity_ != nullptr; }
  // True where values()[row] is row's value: loops without index arithmetic are allowed.
  bool is_flat() const { return indices_ == nullptr && mask_ == -1; }
  // True where every row has the value values()[0].
  bool is_constant() const { return mask_ == 0; }
  const T* values() const { return values_; }
  const uint8_t* validity() const { return validity_; }

 private:
  int32_t position(int32_t row) const { return indices_ != nullptr ? indices_[row] : row & mask_; }

  const T* values_;
  const uint8_t* validity_;  // nullptr: no NULLs; otherwise bit set = not NULL (Arrow)
  const int32_t* indices_;   // nullptr unless a dictionary
  int32_t mask_;             // -1 for flat, 0 for constant
};

class Column {
 public:
  // Makes a flat column. `values` holds num_rows physical values; `validity` is a bitmap, nullptr where no row is NULL;
  // `text_buffers` keep the bytes of long Texts alive.
  static ColumnPtr flat(const Type& type, int32_t num_rows, BufferPtr values, BufferPtr validity = nullptr,
                        std::vector<BufferPtr> text_buffers = {});
  // Makes a column whose every row is the single row of `single` (num_rows of which must be at least 1: row 0 is used).
  static ColumnPtr constant(const Column& single, int32_t num_rows);
  static ColumnPtr all_null(const Type& type, int32_t num_rows);
  // Makes a dictionary column: row i is dictionary[indices[i]]. `dictionary` must be flat.
  static ColumnPtr dictionary(ColumnPtr dictionary, BufferPtr indices, int32_t num_rows);

  const Type& type() const { return type_; }
  int32_t num_rows() const { return num_rows_; }
  ColumnEncoding encoding() const { return encoding_; }
  // True where some row may be NULL.
  bool may_have_nulls() const { return source().validity_ != nullptr; }
  bool is_null(int32_t row) const;

  // T must be the physical type's C++ type (uint8_t, int8_t … int128, float, double, Text); checked by size.
  template <class T>
  Decoded<T> decode() const {
    const Column& from = source();
    CHECK_EQ(physical_size(type_.physical()), static_cast<int32_t>(sizeof(T)));
    return Decoded<T>(
        reinterpret_cast<const T*>(from.values_->data()),
        from.validity_ ? reinterpret_cast<const uint8_t*>(from.validity_->data()) : nullptr,
        encoding_ == ColumnEncoding::kDictionary ? reinterpret_cast<const int32_t*>(indices_->data()) : nullptr,
        encoding_ == ColumnEncoding::kConstant ? 0 : -1);
  }
  // Returns row's bytes. Requires: a text column, row not NULL. Valid while the column lives.
  std::string_view text(int32_t row) const { return text_at(row).view(); }

  // Returns rows[0], rows[1], … of this column: the one gather primitive. An index of -1 gives NULL.
  ColumnPtr take(std::span<const int32_t> rows) const;
  // Returns `count` rows from `first`.
  ColumnPtr slice(int32_t first, int32_t count) const;
  // Returns the same values in flat encoding (itself where it is flat).
  static ColumnPtr flatten(const ColumnPtr& column);
  // Returns this column's values under another type of the same physical type (a cast that changes no bytes).
  ColumnPtr with_type(const Type& type) const;

  const std::vector<BufferPtr>& text_buffers() const { return source().text_buffers_; }
  const BufferPtr& values_buffer() const { return source().values_; }
  const BufferPtr& validity_buffer() const { return source().validity_; }
  // The flat column that a dictionary column's rows are entries of, and their int32 indices; null for other encodings.
  const ColumnPtr& dictionary() const { return dictionary_; }
  const BufferPtr& indices_buffer() const { return indices_; }
  // Bytes held, for the memory account (shared buffers are counted whole).
  size_t memory_bytes() const;

 private:
  Column(const Type& type, int32_t num_rows, ColumnEncoding encoding)
      : type_(type), num_rows_(num_rows), encoding_(encoding) {}
  const Column& source() const { return dictionary_ ? *dictionary_ : *this; }
  const Text& text_at(int32_t row) const;
  template <class T>
  ColumnPtr gather(std::span<const int32_t> rows) const;

  Type type_;
  int32_t num_rows_;
  ColumnEncoding encoding_;
  BufferPtr values_;
  BufferPtr validity_;
  std::vector<BufferPtr> text_buffers_;
  ColumnPtr dictionary_;
  BufferPtr indices_;
};

}  // namespace tidemill
