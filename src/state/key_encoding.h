// state/key_encoding.h - keys as canonical bytes, and their hash. Rule: frozen. Keys that SQL calls equal have equal
// bytes and equal hashes; checkpoints hold both, so the golden test may gain lines but never change one.
//
//   key   := value{number of columns} nulls
//   value := fixed-width: the value, little-endian, in its physical width; zeros where NULL
//          | text: uint32 length, then the bytes; length 0 where NULL
//   nulls := ceil(columns / 8) bytes; bit i % 8 of byte i / 8 is set where column i is NULL
//
// Settled here: -0.0 is stored as 0.0; every NaN as the quiet NaN; CHAR without its trailing spaces (decoding pads to
// the declared length again). NULL equals NULL. Nullability of the type does not change the bytes.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "data/column.h"
#include "data/column_builder.h"
#include "data/type.h"

namespace tidemill {

constexpr uint32_t kKeyEncodingVersion = 1;

// Canonical bytes of one key.
using KeyView = std::string_view;

// The columns of a key and where each lies. Inside a record a key has a fixed size: as above, but a text is a 16-byte
// StoredText (text_heap.h), so that a key without text has the same bytes in a record as in a KeyView.
class KeyLayout {
 public:
  explicit KeyLayout(std::vector<Type> types);

  const std::vector<Type>& types() const { return types_; }
  int32_t num_columns() const { return static_cast<int32_t>(types_.size()); }
  bool has_text() const { return !text_offsets_.empty(); }
  // Bytes of a key in a record.
  uint32_t record_bytes() const { return record_bytes_; }
  uint32_t offset(int32_t column) const { return offsets_[static_cast<size_t>(column)]; }
  uint32_t nulls_offset() const { return nulls_offset_; }
  // Offsets in a record of the texts.
  std::span<const uint32_t> text_offsets() const { return text_offsets_; }
  // Compares types without their nullability.
  bool same_types(const KeyLayout& other) const;

 private:
  std::vector<Type> types_;
  std::vector<uint32_t> offsets_;
  std::vector<uint32_t> text_offsets_;
  uint32_t nulls_offset_ = 0;
  uint32_t record_bytes_ = 0;
};

using KeyLayoutPtr = std::shared_ptr<const KeyLayout>;
inline KeyLayoutPtr make_key_layout(std::vector<Type> types) {
  return std::make_shared<const KeyLayout>(std::move(types));
}

// Computes the hash of each row's key. No columns: every hash is that of the one empty key. What an exchange partitions
// by: key_group_of(hash, max_parallelism). Requires: hashes.size() is the columns' number of rows. Any thread.
void hash_keys(std::span<const ColumnPtr> columns, std::span<uint64_t> hashes);

// Returns what hash_keys gives for the columns this key was made of. Requires: bytes of this layout.
uint64_t hash_key(const KeyLayout& layout, KeyView key);

// Appends the canonical bytes of row `row`. Requires: columns of the layout's types.
void append_key(const KeyLayout& layout, std::span<const ColumnPtr> columns, int32_t row, std::string& out);

// Appends one row to each builder. Requires: bytes of this layout, builders of its types.
void decode_key(const KeyLayout& layout, KeyView key, std::span<ColumnBuilder> columns);

// Appends the key that consists of the first `columns` columns of `key`. Requires: bytes of this layout.
void append_key_prefix(const KeyLayout& layout, KeyView key, int32_t columns, std::string& out);

// Returns whether `bytes` is one whole key of this layout: what restoring and debugging tools ask before decoding.
bool is_valid_key(const KeyLayout& layout, std::string_view bytes);

// Returns `text` as keys hold it: CHAR without trailing spaces, other types as they are.
std::string_view canonical_text(const Type& type, std::string_view text);

// Appends `text` (as a key holds it) to the column, padded with spaces where the type is CHAR.
void append_canonical_text(std::string_view text, ColumnBuilder& column);

// Returns the value as keys hold it: no -0.0, one NaN; other types unchanged.
template <class T>
T canonical_value(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (value != value) return std::numeric_limits<T>::quiet_NaN();
    return value == T{0} ? T{0} : value;
  }
  return value;
}

}  // namespace tidemill
