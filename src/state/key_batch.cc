#include "state/key_batch.h"

#include <cstring>

#include "base/check.h"
#include "data/dispatch.h"

namespace tidemill {
namespace {

constexpr size_t kCopyBlockBytes = 4096;

uint8_t* nulls_of(const KeyLayout& layout, std::byte* key) {
  return reinterpret_cast<uint8_t*>(key + layout.nulls_offset());
}

bool is_null(const KeyLayout& layout, const std::byte* key, int32_t column) {
  return bit_at(reinterpret_cast<const uint8_t*>(key + layout.nulls_offset()), column);
}

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

}  // namespace

void KeyBatch::encode_column(const Column& column, int32_t index) {
  const size_t stride = layout_->record_bytes();
  std::byte* const first = bytes_.data() + layout_->offset(index);
  dispatch_physical(column.type().physical(), [&]<class T>() {
    const Decoded<T> values = column.decode<T>();
    const bool padded = column.type().kind == TypeKind::kChar;
    const auto put = [&](int32_t row, T value) {
      if constexpr (std::is_same_v<T, Text>) {
        if (padded) value = Text(canonical_text(column.type(), value.view()));
      } else {
        value = canonical_value(value);
      }
      std::memcpy(first + static_cast<size_t>(row) * stride, &value, sizeof(T));
    };
    if (values.is_flat()) {
      const T* const flat = values.values();
      for (int32_t row = 0; row < num_rows_; ++row) put(row, flat[row]);
    } else {
      for (int32_t row = 0; row < num_rows_; ++row) put(row, values[row]);
    }
    if (!values.has_nulls()) return;
    for (int32_t row = 0; row < num_rows_; ++row) {
      if (!values.is_null(row)) continue;
      std::byte* const key = bytes_.data() + static_cast<size_t>(row) * stride;
      set_bit(nulls_of(*layout_, key), index);
      std::memset(key + layout_->offset(index), 0, sizeof(T));
    }
  });
}

void KeyBatch::clear_nulls() {
  const size_t stride = layout_->record_bytes();
  const size_t null_bytes = stride - layout_->nulls_offset();
  std::byte* const first = bytes_.data() + layout_->nulls_offset();
  if (null_bytes == 1) {
    for (int32_t row = 0; row < num_rows_; ++row) first[static_cast<size_t>(row) * stride] = std::byte{0};
  } else if (null_bytes > 1) {
    for (int32_t row = 0; row < num_rows_; ++row) std::memset(first + static_cast<size_t>(row) * stride, 0, null_bytes);
  }
}

void KeyBatch::assign(std::span<const ColumnPtr> columns, int32_t num_rows) {
  CHECK_EQ(columns.size(), layout_->types().size());
  drop_texts();
  num_rows_ = num_rows;
  bytes_.resize(static_cast<size_t>(num_rows) * layout_->record_bytes());
  hashes_.resize(static_cast<size_t>(num_rows));
  if (num_rows == 0) return;
  clear_nulls();
  for (size_t i = 0; i < columns.size(); ++i) {
    CHECK(columns[i]->num_rows() >= num_rows);
    CHECK(columns[i]->type().physical() == layout_->types()[i].physical());
    encode_column(*columns[i], static_cast<int32_t>(i));
    if (columns[i]->type().physical() == PhysicalType::kText) text_columns_.push_back(columns[i]);
  }
  hash_keys(columns, hashes_);
}

void KeyBatch::clear() {
  num_rows_ = 0;
  bytes_.clear();
  hashes_.clear();
  drop_texts();
}

void KeyBatch::drop_texts() {
  text_columns_.clear();
  copied_.clear();
  copied_used_ = 0;
  copied_capacity_ = 0;
}

Text KeyBatch::copy_text(std::string_view text) {
  if (text.size() <= Text::kInlineBytesMax) return Text(text);
  if (copied_.empty() || copied_used_ + text.size() > copied_capacity_) {
    copied_capacity_ = std::max(kCopyBlockBytes, text.size());
    copied_.push_back(std::make_unique_for_overwrite<char[]>(copied_capacity_));
    copied_used_ = 0;
  }
  char* const to = copied_.back().get() + copied_used_;
  std::memcpy(to, text.data(), text.size());
  copied_used_ += text.size();
  return Text(std::string_view(to, text.size()));
}

void KeyBatch::append(KeyView key) {
  CHECK_MSG(is_valid_key(*layout_, key), "key of {} bytes", key.size());
  const size_t start = bytes_.size();
  bytes_.resize(start + layout_->record_bytes());
  std::byte* const to = bytes_.data() + start;
  size_t position = 0;
  for (int32_t column = 0; column < layout_->num_columns(); ++column) {
    const PhysicalType physical = layout_->types()[static_cast<size_t>(column)].physical();
    if (physical == PhysicalType::kText) {
      uint32_t size;
      std::memcpy(&size, key.data() + position, sizeof(size));
      const Text text = copy_text(key.substr(position + sizeof(size), size));
      std::memcpy(to + layout_->offset(column), &text, sizeof(text));
      position += sizeof(size) + size;
    } else {
      const auto size = static_cast<size_t>(physical_size(physical));
      std::memcpy(to + layout_->offset(column), key.data() + position, size);
      position += size;
    }
  }
  if (position < key.size()) std::memcpy(to + layout_->nulls_offset(), key.data() + position, key.size() - position);
  hashes_.push_back(hash_key(*layout_, key));
  ++num_rows_;
}

void KeyBatch::append(KeyRef key) {
  bytes_.insert(bytes_.end(), key.bytes, key.bytes + layout_->record_bytes());
  hashes_.push_back(key.hash);
  ++num_rows_;
}

void KeyBatch::append_canonical(int32_t row, std::string& out) const {
  tidemill::append_canonical(*layout_, (*this)[row], out);
}

std::string KeyBatch::canonical(int32_t row) const {
  std::string out;
  append_canonical(row, out);
  return out;
}

void KeyBatch::decode(std::span<ColumnBuilder> columns) const {
  CHECK_EQ(columns.size(), layout_->types().size());
  for (int32_t index = 0; index < layout_->num_columns(); ++index) {
    ColumnBuilder& column = columns[static_cast<size_t>(index)];
    column.reserve(column.num_rows() + num_rows_);
    dispatch_physical(column.type().physical(), [&]<class T>() {
      for (int32_t row = 0; row < num_rows_; ++row) {
        const std::byte* const key = (*this)[row].bytes;
        const T value = load<T>(key + layout_->offset(index));
        if (is_null(*layout_, key, index))
          column.append_null();
        else if constexpr (std::is_same_v<T, Text>)
          append_canonical_text(value.view(), column);
        else
          column.append(value);
      }
    });
  }
}

void append_canonical(const KeyLayout& layout, KeyRef key, std::string& out) {
  if (!layout.has_text()) {
    out.append(reinterpret_cast<const char*>(key.bytes), layout.record_bytes());
    return;
  }
  for (int32_t column = 0; column < layout.num_columns(); ++column) {
    const PhysicalType physical = layout.types()[static_cast<size_t>(column)].physical();
    const std::byte* const value = key.bytes + layout.offset(column);
    if (physical == PhysicalType::kText) {
      const Text text = load<Text>(value);
      const uint32_t size = text.size();
      out.append(reinterpret_cast<const char*>(&size), sizeof(size)).append(text.view());
    } else {
      out.append(reinterpret_cast<const char*>(value), static_cast<size_t>(physical_size(physical)));
    }
  }
  out.append(reinterpret_cast<const char*>(key.bytes + layout.nulls_offset()),
             layout.record_bytes() - layout.nulls_offset());
}

bool equal_keys(const KeyLayout& layout, KeyRef a, KeyRef b) {
  if (a.hash != b.hash) return false;
  if (layout.record_bytes() == 0) return true;  // there is one key without columns, which has no bytes to compare
  if (!layout.has_text()) return std::memcmp(a.bytes, b.bytes, layout.record_bytes()) == 0;
  const size_t null_bytes = layout.record_bytes() - layout.nulls_offset();
  if (std::memcmp(a.bytes + layout.nulls_offset(), b.bytes + layout.nulls_offset(), null_bytes) != 0) return false;
  for (int32_t column = 0; column < layout.num_columns(); ++column) {
    const PhysicalType physical = layout.types()[static_cast<size_t>(column)].physical();
    const std::byte* const x = a.bytes + layout.offset(column);
    const std::byte* const y = b.bytes + layout.offset(column);
    const bool equal = physical == PhysicalType::kText
                           ? load<Text>(x) == load<Text>(y)
                           : std::memcmp(x, y, static_cast<size_t>(physical_size(physical))) == 0;
    if (!equal) return false;
  }
  return true;
}

}  // namespace tidemill
