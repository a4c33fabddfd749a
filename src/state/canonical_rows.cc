#include "state/canonical_rows.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "data/column_builder.h"
#include "data/dispatch.h"

namespace tidemill {
namespace {

constexpr auto kLengthBytes = static_cast<uint32_t>(sizeof(uint32_t));

size_t null_bytes_of(const KeyLayout& layout) { return (layout.types().size() + 7) / 8; }

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

// Calls `use(i, text)` for the text that a key holds of each row, empty where it is NULL.
template <class Use>
void for_each_text(const Column& column, std::span<const int32_t> rows, Use use) {
  const Decoded<Text> texts = column.decode<Text>();
  if (column.type().kind == TypeKind::kChar) {
    for (size_t i = 0; i < rows.size(); ++i)
      use(i, texts.is_null(rows[i]) ? std::string_view() : canonical_text(column.type(), texts[rows[i]].view()));
  } else if (texts.has_nulls()) {
    for (size_t i = 0; i < rows.size(); ++i)
      use(i, texts.is_null(rows[i]) ? std::string_view() : texts[rows[i]].view());
  } else {
    for (size_t i = 0; i < rows.size(); ++i) use(i, texts[rows[i]].view());
  }
}

template <class T>
void write_values(const Column& column, std::span<const int32_t> rows, std::span<std::byte*> at) {
  const Decoded<T> values = column.decode<T>();
  for (size_t i = 0; i < rows.size(); ++i) {
    const T value = values.is_null(rows[i]) ? T{} : canonical_value(values[rows[i]]);
    std::memcpy(at[i], &value, sizeof(T));
    at[i] += sizeof(T);
  }
}

template <>
void write_values<Text>(const Column& column, std::span<const int32_t> rows, std::span<std::byte*> at) {
  for_each_text(column, rows, [at](size_t i, std::string_view text) {
    const auto length = static_cast<uint32_t>(text.size());
    std::memcpy(at[i], &length, kLengthBytes);
    if (length > 0) std::memcpy(at[i] + kLengthBytes, text.data(), length);
    at[i] += kLengthBytes + length;
  });
}

// One column of rows that lie apart; at[i] is where its value lies in row i, and is moved on behind it.
class ColumnReader {
 public:
  ColumnReader(std::span<const std::string_view> rows, std::span<const char*> at, int32_t index, size_t null_bytes)
      : rows_(rows), at_(at), index_(index), null_bytes_(null_bytes) {}

  template <class T>
  void pass() {
    for (const char*& at : at_) {
      if constexpr (std::is_same_v<T, Text>)
        at += load<uint32_t>(at) + kLengthBytes;
      else
        at += sizeof(T);
    }
  }

  template <class T>
  ColumnPtr read(const Type& type) {
    const auto count = static_cast<int32_t>(rows_.size());
    auto values = Buffer::allocate(rows_.size() * sizeof(T));
    T* const out = reinterpret_cast<T*>(values->mutable_data());
    std::vector<BufferPtr> buffers;
    if constexpr (std::is_same_v<T, Text>) {
      if (type.kind == TypeKind::kChar) return read_padded(type);
      read_texts(out, buffers);
    } else {
      for (size_t i = 0; i < rows_.size(); ++i) out[i] = load<T>(at_[i]);
      pass<T>();
    }
    return Column::flat(type, count, std::move(values), validity(), std::move(buffers));
  }

 private:
  bool is_null(std::string_view row) const {
    return bit_at(reinterpret_cast<const uint8_t*>(row.data() + row.size() - null_bytes_), index_);
  }

  BufferPtr validity() const {
    if (std::ranges::none_of(rows_, [this](std::string_view row) { return is_null(row); })) return nullptr;
    const size_t bytes = bitmap_bytes(static_cast<int32_t>(rows_.size()));
    auto validity = Buffer::allocate(bytes);
    auto* const bits = reinterpret_cast<uint8_t*>(validity->mutable_data());
    std::memset(bits, 0, bytes);
    for (size_t i = 0; i < rows_.size(); ++i)
      if (!is_null(rows_[i])) set_bit(bits, static_cast<int32_t>(i));
    return validity;
  }

  // All long texts lie in one buffer.
  void read_texts(Text* out, std::vector<BufferPtr>& buffers) {
    size_t bytes = 0;
    for (const char* const at : at_) {
      const auto length = load<uint32_t>(at);
      bytes += length > Text::kInlineBytesMax ? length : 0;
    }
    std::shared_ptr<Buffer> buffer = Buffer::allocate(bytes);
    char* to = reinterpret_cast<char*>(buffer->mutable_data());
    for (size_t i = 0; i < rows_.size(); ++i) {
      const auto length = load<uint32_t>(at_[i]);
      const char* from = at_[i] + kLengthBytes;
      at_[i] = from + length;
      if (length > Text::kInlineBytesMax) {
        std::memcpy(to, from, length);
        from = to;
        to += length;
      }
      out[i] = Text(std::string_view(from, length));
    }
    if (bytes > 0) buffers.push_back(std::move(buffer));
  }

  ColumnPtr read_padded(const Type& type) {
    ColumnBuilder builder(type);
    for (size_t i = 0; i < rows_.size(); ++i) {
      const auto length = load<uint32_t>(at_[i]);
      const std::string_view text(at_[i] + kLengthBytes, length);
      at_[i] = text.data() + length;
      is_null(rows_[i]) ? builder.append_null() : append_canonical_text(text, builder);
    }
    return builder.finish();
  }

  std::span<const std::string_view> rows_;
  std::span<const char*> at_;
  int32_t index_;
  size_t null_bytes_;
};

}  // namespace

void size_canonical_rows(const KeyLayout& layout, std::span<const ColumnPtr> columns, std::span<const int32_t> rows,
                         std::span<uint32_t> sizes) {
  CHECK(columns.size() == layout.types().size() && sizes.size() == rows.size());
  auto fixed = static_cast<uint32_t>(null_bytes_of(layout));
  for (const Type& type : layout.types())
    fixed +=
        type.physical() == PhysicalType::kText ? kLengthBytes : static_cast<uint32_t>(physical_size(type.physical()));
  std::ranges::fill(sizes, fixed);
  for (const ColumnPtr& column : columns) {
    if (column->type().physical() != PhysicalType::kText) continue;
    for_each_text(*column, rows,
                  [sizes](size_t i, std::string_view text) { sizes[i] += static_cast<uint32_t>(text.size()); });
  }
}

void write_canonical_rows(const KeyLayout& layout, std::span<const ColumnPtr> columns, std::span<const int32_t> rows,
                          std::span<const uint32_t> sizes, std::span<std::byte* const> places) {
  CHECK(columns.size() == layout.types().size() && places.size() == rows.size() && sizes.size() == rows.size());
  const size_t null_bytes = null_bytes_of(layout);
  const auto nulls_of = [&](size_t i) { return reinterpret_cast<uint8_t*>(places[i] + sizes[i] - null_bytes); };
  if (null_bytes > 0)
    for (size_t i = 0; i < rows.size(); ++i) std::memset(nulls_of(i), 0, null_bytes);
  std::vector<std::byte*> at(places.begin(), places.end());
  for (size_t c = 0; c < columns.size(); ++c) {
    const Column& column = *columns[c];
    dispatch_physical(column.type().physical(), [&]<class T>() { write_values<T>(column, rows, at); });
    if (!column.may_have_nulls()) continue;
    for (size_t i = 0; i < rows.size(); ++i)
      if (column.is_null(rows[i])) set_bit(nulls_of(i), static_cast<int32_t>(c));
  }
}

void read_canonical_rows(const KeyLayout& layout, std::span<const std::string_view> rows,
                         std::span<const uint8_t> wanted, std::span<ColumnPtr> columns) {
  CHECK(columns.size() == layout.types().size() && wanted.size() == columns.size());
  size_t end = columns.size();
  while (end > 0 && wanted[end - 1] == 0) --end;
  std::vector<const char*> at;
  at.reserve(rows.size());
  for (const std::string_view row : rows) at.push_back(row.data());
  for (size_t c = 0; c < end; ++c) {
    const Type& type = layout.types()[c];
    ColumnReader reader(rows, at, static_cast<int32_t>(c), null_bytes_of(layout));
    dispatch_physical(type.physical(), [&]<class T>() {
      if (wanted[c] == 0) return reader.pass<T>();
      columns[c] = reader.read<T>(type);
    });
  }
}

}  // namespace tidemill
