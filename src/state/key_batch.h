// state/key_batch.h - the keys of a whole batch, encoded and hashed once, then used with any table of the same key
// layout. Rule: it keeps alive or copies the long texts it points to; only append(KeyRef) borrows.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/text.h"
#include "state/key_encoding.h"

namespace tidemill {

// One key of a KeyBatch. Valid until the batch is assigned, appended to or cleared.
struct KeyRef {
  const std::byte* bytes = nullptr;  // KeyLayout::record_bytes(), texts as Text
  uint64_t hash = 0;
};

class KeyBatch {
 public:
  explicit KeyBatch(KeyLayoutPtr layout) : layout_(std::move(layout)) {}

  const KeyLayout& layout() const { return *layout_; }
  const KeyLayoutPtr& layout_ptr() const { return layout_; }
  int32_t num_rows() const { return num_rows_; }
  std::span<const uint64_t> hashes() const { return hashes_; }
  KeyRef operator[](int32_t row) const {
    return {bytes_.data() + static_cast<size_t>(row) * layout_->record_bytes(), hashes_[static_cast<size_t>(row)]};
  }

  // Replaces the content by the keys of `num_rows` rows. Requires: columns of the layout's types.
  void assign(std::span<const ColumnPtr> columns, int32_t num_rows);

  // Removes all keys, keeps the memory.
  void clear();
  // Appends a copy of a key. Requires: canonical bytes of this layout.
  void append(KeyView key);
  // Appends a key of another batch of this layout, which must outlive the use of this one.
  void append(KeyRef key);

  // Appends the canonical bytes of a row.
  void append_canonical(int32_t row, std::string& out) const;
  std::string canonical(int32_t row) const;
  // Appends every key as a row of `columns`. Requires: builders of the layout's types.
  void decode(std::span<ColumnBuilder> columns) const;

 private:
  void encode_column(const Column& column, int32_t index);
  void clear_nulls();
  void drop_texts();
  Text copy_text(std::string_view text);

  KeyLayoutPtr layout_;
  int32_t num_rows_ = 0;
  std::vector<std::byte> bytes_;
  std::vector<uint64_t> hashes_;
  std::vector<ColumnPtr> text_columns_;          // of assign(), kept alive
  std::vector<std::unique_ptr<char[]>> copied_;  // long texts of append(KeyView)
  size_t copied_used_ = 0;
  size_t copied_capacity_ = 0;
};

// Appends the canonical bytes of a key.
void append_canonical(const KeyLayout& layout, KeyRef key, std::string& out);
// Returns whether two keys of the layout are equal.
bool equal_keys(const KeyLayout& layout, KeyRef a, KeyRef b);

}  // namespace tidemill
