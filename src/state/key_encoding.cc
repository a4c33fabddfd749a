#include "state/key_encoding.h"

#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"
#include "data/dispatch.h"

namespace tidemill {
namespace {

constexpr uint64_t kNullHash = 0x6a09e667f3bcc908ULL;  // frozen; arbitrary
constexpr uint32_t kTextInRecordBytes = 16;            // sizeof(StoredText)

// Returns the hash of one canonical value. Frozen.
template <class T>
uint64_t hash_value(const T& value) {
  if constexpr (std::is_same_v<T, float>) {
    return hash_integer(std::bit_cast<uint32_t>(canonical_value(value)));
  } else if constexpr (std::is_same_v<T, double>) {
    return hash_integer(std::bit_cast<uint64_t>(canonical_value(value)));
  } else if constexpr (std::is_same_v<T, int128>) {
    return hash_combine(hash_integer(static_cast<uint64_t>(value)), hash_integer(static_cast<uint64_t>(value >> 64)));
  } else {
    return hash_integer(static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
}

[[gnu::always_inline]] inline void hash_each(const int64_t* values, uint64_t* hashes, size_t count) {
  for (size_t i = 0; i < count; ++i) hashes[i] = hash_integer(static_cast<uint64_t>(values[i]));
}

// The same loop with wider instructions, where the machine has them: half the time.
#if defined(__x86_64__)
[[gnu::target("avx2")]] void hash_each_avx2(const int64_t* values, uint64_t* hashes, size_t count) {
  hash_each(values, hashes, count);
}
const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;
#endif

void hash_integers(const int64_t* values, uint64_t* hashes, size_t count) {
#if defined(__x86_64__)
  if (kHasAvx2) return hash_each_avx2(values, hashes, count);
#endif
  hash_each(values, hashes, count);
}

// Calls put(row, hash) for every row of a column.
template <class Put>
void for_each_hash(const Column& column, int32_t num_rows, Put put) {
  dispatch_physical(column.type().physical(), [&]<class T>() {
    const Decoded<T> values = column.decode<T>();
    if constexpr (!std::is_same_v<T, Text>) {
      if (values.is_flat() && !values.has_nulls()) {
        const T* const flat = values.values();
        for (int32_t row = 0; row < num_rows; ++row) put(row, hash_value(flat[row]));
        return;
      }
    }
    for (int32_t row = 0; row < num_rows; ++row) {
      if (values.is_null(row)) {
        put(row, kNullHash);
      } else if constexpr (std::is_same_v<T, Text>) {
        const std::string_view text = canonical_text(column.type(), values[row].view());
        put(row, hash_bytes(text.data(), text.size()));
      } else {
        put(row, hash_value(values[row]));
      }
    }
  });
}

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

// Walks the values of one canonical key. Calls on_value(column, bytes); a NULL's bytes are empty with `null` true.
template <class OnValue>
void for_each_value(const KeyLayout& layout, KeyView key, OnValue on_value) {
  const size_t null_bytes = (layout.types().size() + 7) / 8;
  const auto* nulls = reinterpret_cast<const uint8_t*>(key.data() + key.size() - null_bytes);
  size_t position = 0;
  for (int32_t column = 0; column < layout.num_columns(); ++column) {
    const PhysicalType physical = layout.types()[static_cast<size_t>(column)].physical();
    auto bytes = static_cast<size_t>(physical_size(physical));
    if (physical == PhysicalType::kText) {
      bytes = load<uint32_t>(key.data() + position);
      position += sizeof(uint32_t);
    }
    on_value(column, key.substr(position, bytes), bit_at(nulls, column));
    position += bytes;
  }
}

}  // namespace

KeyLayout::KeyLayout(std::vector<Type> types) : types_(std::move(types)) {
  for (const Type& type : types_) {
    offsets_.push_back(record_bytes_);
    const bool text = type.physical() == PhysicalType::kText;
    if (text) text_offsets_.push_back(record_bytes_);
    record_bytes_ += text ? kTextInRecordBytes : static_cast<uint32_t>(physical_size(type.physical()));
  }
  nulls_offset_ = record_bytes_;
  record_bytes_ += static_cast<uint32_t>((types_.size() + 7) / 8);
}

bool KeyLayout::same_types(const KeyLayout& other) const {
  return std::equal(types_.begin(), types_.end(), other.types_.begin(), other.types_.end(),
                    [](const Type& a, const Type& b) { return a.same_except_nullable(b); });
}

void hash_keys(std::span<const ColumnPtr> columns, std::span<uint64_t> hashes) {
  const auto num_rows = static_cast<int32_t>(hashes.size());
  if (columns.empty()) std::fill(hashes.begin(), hashes.end(), hash_integer(0));
  for (size_t i = 0; i < columns.size(); ++i) {
    CHECK(columns[i]->num_rows() >= num_rows);
    uint64_t* const out = hashes.data();
    if (i == 0 && columns[i]->type().physical() == PhysicalType::kInt64 &&
        columns[i]->encoding() == ColumnEncoding::kFlat && !columns[i]->may_have_nulls()) {
      hash_integers(columns[i]->decode<int64_t>().values(), out, hashes.size());
    } else if (i == 0) {
      for_each_hash(*columns[i], num_rows, [out](int32_t row, uint64_t hash) { out[row] = hash; });
    } else {
      for_each_hash(*columns[i], num_rows,
                    [out](int32_t row, uint64_t hash) { out[row] = hash_combine(out[row], hash); });
    }
  }
}

uint64_t hash_key(const KeyLayout& layout, KeyView key) {
  uint64_t result = hash_integer(0);
  for_each_value(layout, key, [&](int32_t column, std::string_view bytes, bool null) {
    uint64_t hash = kNullHash;
    if (!null) {
      hash = dispatch_physical(layout.types()[static_cast<size_t>(column)].physical(), [&]<class T>() -> uint64_t {
        if constexpr (std::is_same_v<T, Text>)
          return hash_bytes(bytes.data(), bytes.size());
        else
          return hash_value(load<T>(bytes.data()));
      });
    }
    result = column == 0 ? hash : hash_combine(result, hash);
  });
  return result;
}

void append_key(const KeyLayout& layout, std::span<const ColumnPtr> columns, int32_t row, std::string& out) {
  CHECK_EQ(columns.size(), layout.types().size());
  std::string nulls((columns.size() + 7) / 8, '\0');
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& column = *columns[i];
    const bool null = column.is_null(row);
    if (null) set_bit(reinterpret_cast<uint8_t*>(nulls.data()), static_cast<int32_t>(i));
    dispatch_physical(column.type().physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, Text>) {
        const std::string_view text = null ? std::string_view() : canonical_text(column.type(), column.text(row));
        const auto size = static_cast<uint32_t>(text.size());
        out.append(reinterpret_cast<const char*>(&size), sizeof(size)).append(text);
      } else {
        const T value = null ? T{} : canonical_value(column.decode<T>()[row]);
        out.append(reinterpret_cast<const char*>(&value), sizeof(T));
      }
    });
  }
  out += nulls;
}

void decode_key(const KeyLayout& layout, KeyView key, std::span<ColumnBuilder> columns) {
  CHECK_EQ(columns.size(), layout.types().size());
  for_each_value(layout, key, [&](int32_t index, std::string_view bytes, bool null) {
    ColumnBuilder& column = columns[static_cast<size_t>(index)];
    if (null) return column.append_null();
    dispatch_physical(column.type().physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, Text>)
        append_canonical_text(bytes, column);
      else
        column.append(load<T>(bytes.data()));
    });
  });
}

void append_key_prefix(const KeyLayout& layout, KeyView key, int32_t columns, std::string& out) {
  std::string nulls((static_cast<size_t>(columns) + 7) / 8, '\0');
  size_t end = 0;
  for_each_value(layout, key, [&](int32_t column, std::string_view bytes, bool null) {
    if (column >= columns) return;
    end = static_cast<size_t>(bytes.data() - key.data()) + bytes.size();
    if (null) set_bit(reinterpret_cast<uint8_t*>(nulls.data()), column);
  });
  out.append(key.substr(0, end)).append(nulls);
}

bool is_valid_key(const KeyLayout& layout, std::string_view bytes) {
  const size_t null_bytes = (layout.types().size() + 7) / 8;
  size_t position = 0;
  for (const Type& type : layout.types()) {
    auto size = static_cast<size_t>(physical_size(type.physical()));
    if (type.physical() == PhysicalType::kText) {
      if (bytes.size() < position + sizeof(uint32_t)) return false;
      size = sizeof(uint32_t) + load<uint32_t>(bytes.data() + position);
    }
    position += size;
    if (position > bytes.size()) return false;
  }
  return position + null_bytes == bytes.size();
}

std::string_view canonical_text(const Type& type, std::string_view text) {
  if (type.kind != TypeKind::kChar) return text;
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

void append_canonical_text(std::string_view text, ColumnBuilder& column) {
  if (column.type().kind != TypeKind::kChar) return column.append_text(text);
  const auto code_points = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
  std::string padded(text);
  if (code_points < column.type().precision)
    padded.append(static_cast<size_t>(column.type().precision - code_points), ' ');
  column.append_text(padded);
}

}  // namespace tidemill
