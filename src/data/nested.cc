#include "data/nested.h"

#include "data/bitmap.h"
#include "data/dispatch.h"
#include "data/packed.h"
#include "data/variant.h"

namespace tidemill {
namespace {

constexpr char kNull = 0;
constexpr char kPresent = 1;

// What an entry is made of: of ARRAY one part, of MAP and MULTISET two, of ROW its fields.
size_t parts_of_entry(const Type& type) { return type.kind == TypeKind::kMultiset ? 2 : type.num_parts(); }

const Type& part_type(const Type& type, size_t index) {
  static const Type kNumber = Type::integer().not_null();  // of MULTISET
  return index < type.num_parts() ? type.part(index) : kNumber;
}

// Reads encoded values one after the other; a false return where the bytes end early.
class EncodedReader {
 public:
  explicit EncodedReader(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return position_ == bytes_.size(); }
  bool count(uint32_t& out) {
    if (bytes_.size() - position_ < sizeof(out)) return false;
    out = get_packed<uint32_t>(bytes_.substr(position_));
    position_ += sizeof(out);
    return true;
  }
  bool next(const Type& type, std::string_view& out) {
    const std::string_view rest = bytes_.substr(position_);
    if (rest.empty() || (rest.front() != kNull && rest.front() != kPresent)) return false;
    size_t size = 1;
    if (rest.front() == kPresent && type.physical() == PhysicalType::kText) {
      if (rest.size() < 1 + sizeof(uint32_t)) return false;
      size += sizeof(uint32_t) + get_packed<uint32_t>(rest.substr(1));
    } else if (rest.front() == kPresent) {
      size += static_cast<size_t>(physical_size(type.physical()));
    }
    if (rest.size() < size) return false;
    out = rest.substr(0, size);
    position_ += size;
    return true;
  }

 private:
  std::string_view bytes_;
  size_t position_ = 0;
};

// Reads a whole value into its parts; false where it is none.
bool read_parts(const Type& type, std::string_view bytes, std::vector<std::string_view>& parts) {
  const size_t in_entry = parts_of_entry(type);
  EncodedReader reader(bytes);
  uint32_t entries = 1;
  if (type.kind != TypeKind::kRow && !reader.count(entries)) return false;
  if (uint64_t{entries} * in_entry > bytes.size()) return false;  // a part has at least one byte
  parts.reserve(entries * in_entry);
  for (uint32_t i = 0; i < entries; ++i) {
    for (size_t j = 0; j < in_entry; ++j) {
      std::string_view encoded;
      if (!reader.next(part_type(type, j), encoded)) return false;
      parts.push_back(encoded);
    }
  }
  return reader.at_end();
}

bool has_value(const Column& column, int32_t row) { return !column.is_null(row) && !column.text(row).empty(); }

}  // namespace

std::vector<Type> nested_column_types(const Type& type) {
  std::vector<Type> types;
  for (size_t i = 0; i < parts_of_entry(type); ++i) types.push_back(part_type(type, i));
  return types;
}

void append_encoded_null(std::string& out) { out += kNull; }

void append_encoded_int(std::string& out, int32_t value) {
  out += kPresent;
  put_packed(out, value);
}

void append_encoded_bool(std::string& out, bool value) {
  out += kPresent;
  put_packed(out, static_cast<uint8_t>(value ? 1 : 0));
}

void append_encoded_text(std::string& out, std::string_view bytes) {
  out += kPresent;
  put_packed(out, static_cast<uint32_t>(bytes.size()));
  out += bytes;
}

void append_encoded(std::string& out, const Column& column, int32_t row) {
  const Type& type = column.type();
  if (column.is_null(row) || (type.is_structured() && column.text(row).empty())) return append_encoded_null(out);
  dispatch_physical(type.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      append_encoded_text(out, column.text(row));
    } else {
      out += kPresent;
      put_packed(out, column.decode<T>()[row]);
    }
  });
}

int32_t encoded_int(std::string_view encoded) {
  CHECK(!is_encoded_null(encoded));
  return get_packed<int32_t>(encoded.substr(1));
}

std::string_view encoded_text(std::string_view encoded) {
  CHECK(encoded.size() >= 1 + sizeof(uint32_t));
  return encoded.substr(1 + sizeof(uint32_t));
}

void append_decoded(ColumnBuilder& out, std::string_view encoded) {
  if (is_encoded_null(encoded)) return out.append_null();
  dispatch_physical(out.type().physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      out.append_text(encoded_text(encoded));
    } else {
      out.append(get_packed<T>(encoded.substr(1)));
    }
  });
}

std::vector<std::string_view> nested_parts(const Type& type, std::string_view bytes) {
  std::vector<std::string_view> parts;
  CHECK_MSG(read_parts(type, bytes, parts), "bytes are no {}", type.to_string());
  return parts;
}

std::string_view nested_part(const Type& type, std::string_view bytes, size_t index) {
  const size_t in_entry = parts_of_entry(type);
  EncodedReader reader(bytes);
  uint32_t entries = 0;
  if (type.kind != TypeKind::kRow) CHECK(reader.count(entries));
  std::string_view part;
  for (size_t i = 0; i <= index; ++i) CHECK(reader.next(part_type(type, i % in_entry), part));
  return part;
}

int32_t nested_count(std::string_view bytes) { return get_packed<int32_t>(bytes); }

void append_encoded_collection(std::string& out, const std::vector<std::string_view>& parts, size_t parts_of_entry) {
  size_t bytes = sizeof(uint32_t);
  for (const std::string_view part : parts) bytes += part.size();
  out += kPresent;
  put_packed(out, static_cast<uint32_t>(bytes));
  put_packed(out, static_cast<uint32_t>(parts.size() / parts_of_entry));
  for (const std::string_view part : parts) out += part;
}

bool is_valid_nested(const Type& type, std::string_view bytes) {
  std::vector<std::string_view> parts;
  if (!read_parts(type, bytes, parts)) return false;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Type& part = part_type(type, i % parts_of_entry(type));
    if (is_encoded_null(parts[i])) continue;
    if (part.is_nested() && !is_valid_nested(part, encoded_text(parts[i]))) return false;
    if (part.kind == TypeKind::kVariant && !is_valid_variant(encoded_text(parts[i]))) return false;
    if (part.kind == TypeKind::kBitmap && !is_valid_bitmap(encoded_text(parts[i]))) return false;
    if (part.physical() == PhysicalType::kBool && static_cast<uint8_t>(parts[i][1]) > 1) return false;
  }
  return true;
}

NestedColumns split_nested(const Column& column) {
  const Type& type = column.type();
  NestedColumns result;
  std::vector<ColumnBuilder> builders;
  for (const Type& part : nested_column_types(type)) builders.emplace_back(part.with_nullable(true));
  const bool is_row = type.kind == TypeKind::kRow;
  if (!is_row) result.offsets.push_back(0);
  for (int32_t row = 0; row < column.num_rows(); ++row) {
    if (has_value(column, row)) {
      const std::vector<std::string_view> parts = nested_parts(type, column.text(row));
      for (size_t i = 0; i < parts.size(); ++i) append_decoded(builders[i % builders.size()], parts[i]);
    } else if (is_row) {
      for (ColumnBuilder& builder : builders) builder.append_null();
    }
    if (!is_row) result.offsets.push_back(builders.front().num_rows());
  }
  for (ColumnBuilder& builder : builders) result.columns.push_back(builder.finish());
  return result;
}

ColumnPtr join_nested(const Type& type, const NestedColumns& parts, const Column& nulls) {
  ColumnBuilder builder(type);
  std::string bytes;
  for (int32_t row = 0; row < nulls.num_rows(); ++row) {
    if (nulls.is_null(row)) {
      builder.append_null();
      continue;
    }
    bytes.clear();
    const bool is_row = type.kind == TypeKind::kRow;
    const int32_t first = parts.first(row);
    const int32_t end = is_row ? row + 1 : parts.offsets[static_cast<size_t>(row) + 1];
    if (!is_row) put_packed(bytes, static_cast<uint32_t>(end - first));
    for (int32_t entry = first; entry < end; ++entry)
      for (const ColumnPtr& column : parts.columns) append_encoded(bytes, *column, entry);
    builder.append_text(bytes);
  }
  return builder.finish();
}

}  // namespace tidemill
