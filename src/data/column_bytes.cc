// The byte form of one column, of version 1 of the byte form of events. Numbers are little-endian.
//
//   type     := uint8 kind, uint8 nullable, int32 precision, int32 scale
//             | the same of ARRAY, MAP, MULTISET or ROW, uint32 number of parts, (name, type) each; name is a string
//   column   := type, uint8 encoding, flat: values of its rows | constant: values of one row | dictionary: dictionary
//   values   := uint8 has nulls, [bitmap: a bit a row, lowest first, set where not NULL, padded with 0], payload
//   payload  := a physical value a row, 0 for NULL
//             | uint32 length a row, 0 for NULL, then the bytes of all rows (text; nested.h says what of ARRAY …)
//   dictionary := uint32 entries, values of the entries, int32 index a row
#include "data/column_bytes.h"

#include "data/bitmap.h"
#include "data/column_builder.h"
#include "data/dispatch.h"
#include "data/nested.h"
#include "data/variant.h"

namespace tidemill {
namespace {

constexpr uint32_t kRowFieldsMax = 1 << 16;  // of a type that is read: more is damage

// Writes the first `count` rows, all of them NULL or not.
void write_validity(const Column& column, int32_t count, ByteWriter& out) {
  out.put(static_cast<uint8_t>(column.may_have_nulls()));
  if (!column.may_have_nulls()) return;
  std::string bits(bitmap_bytes(count), '\0');
  for (int32_t row = 0; row < count; ++row)
    if (!column.is_null(row)) set_bit(reinterpret_cast<uint8_t*>(bits.data()), row);
  out.put_bytes(bits.data(), bits.size());
}

void write_texts(const Decoded<Text>& values, int32_t count, ByteWriter& out) {
  for (int32_t row = 0; row < count; ++row) out.put(values.is_null(row) ? uint32_t{0} : values[row].size());
  for (int32_t row = 0; row < count; ++row)
    if (!values.is_null(row)) out.put_bytes(values[row].data(), values[row].size());
}

template <class T>
void write_fixed(const Decoded<T>& values, int32_t count, ByteWriter& out) {
  if (!values.has_nulls()) return out.put_bytes(values.values(), static_cast<size_t>(count) * sizeof(T));
  for (int32_t row = 0; row < count; ++row) {
    const T value = values.is_null(row) ? T{} : values[row];
    out.put_bytes(&value, sizeof(value));
  }
}

// Writes the first `count` rows of a column that is flat, or constant where `count` is 1.
void write_values(const Column& column, int32_t count, ByteWriter& out) {
  write_validity(column, count, out);
  dispatch_physical(column.type().physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      write_texts(column.decode<Text>(), count, out);
    } else {
      write_fixed(column.decode<T>(), count, out);
    }
  });
}

BufferPtr copy(std::string_view bytes) {
  auto buffer = Buffer::allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(buffer->mutable_data(), bytes.data(), bytes.size());
  return buffer;
}

BufferPtr read_validity(int32_t count, ByteReader& in) {
  const auto has_nulls = in.get<uint8_t>();
  if (has_nulls > 1) in.fail("a flag is neither 0 nor 1");
  if (has_nulls == 0) return nullptr;
  BufferPtr bits = copy(in.get_bytes(bitmap_bytes(count)));
  const auto* bytes = reinterpret_cast<const uint8_t*>(bits->data());
  if (count % 8 != 0 && bytes[bits->size() - 1] >> (count % 8) != 0) in.fail("a bitmap is not padded with 0");
  return bits;
}

ColumnPtr read_texts(const Type& type, int32_t count, BufferPtr validity, ByteReader& in) {
  const std::string_view lengths = in.get_bytes(static_cast<uint64_t>(count) * sizeof(uint32_t));
  const auto length = [&](int32_t row) {
    uint32_t value;
    std::memcpy(&value, lengths.data() + static_cast<size_t>(row) * sizeof(value), sizeof(value));
    return value;
  };
  uint64_t total = 0;
  for (int32_t row = 0; row < count; ++row) total += length(row);
  BufferPtr bytes = copy(in.get_bytes(total));
  const char* from = reinterpret_cast<const char*>(bytes->data());
  auto values = Buffer::allocate(static_cast<size_t>(count) * sizeof(Text));
  auto* texts = reinterpret_cast<Text*>(values->mutable_data());
  for (int32_t row = 0; row < count; ++row) {
    if (length(row) > static_cast<uint32_t>(kLengthMax)) in.fail("a text is too long");
    texts[row] = Text({from, length(row)});
    if (type.is_nested() && length(row) > 0 && !is_valid_nested(type, {from, length(row)}))
      in.fail("a nested value does not fit its type");
    if (type.kind == TypeKind::kVariant && length(row) > 0 && !is_valid_variant({from, length(row)}))
      in.fail("bytes are no VARIANT");
    if (type.kind == TypeKind::kBitmap && length(row) > 0 && !is_valid_bitmap({from, length(row)}))
      in.fail("bytes are no BITMAP");
    from += length(row);
  }
  return Column::flat(type, count, std::move(values), std::move(validity), {std::move(bytes)});
}

ColumnPtr read_values(const Type& type, int32_t count, ByteReader& in) {
  BufferPtr validity = read_validity(count, in);
  const PhysicalType physical = type.physical();
  if (physical == PhysicalType::kText) return read_texts(type, count, std::move(validity), in);
  const auto value_bytes = static_cast<uint64_t>(physical_size(physical));
  BufferPtr values = copy(in.get_bytes(static_cast<uint64_t>(count) * value_bytes));
  if (physical == PhysicalType::kBool)
    for (size_t i = 0; i < values->size(); ++i)
      if (values->data()[i] > std::byte{1}) in.fail("a BOOLEAN is neither 0 nor 1");
  return Column::flat(type, count, std::move(values), std::move(validity));
}

ColumnPtr read_dictionary(const Type& type, int32_t num_rows, ByteReader& in) {
  const auto entries = in.get<uint32_t>();
  if (entries > static_cast<uint32_t>(std::numeric_limits<int32_t>::max())) in.fail("a count is out of range");
  ColumnPtr dictionary = read_values(type, static_cast<int32_t>(entries), in);
  BufferPtr indices = copy(in.get_bytes(static_cast<uint64_t>(num_rows) * sizeof(int32_t)));
  const auto* positions = reinterpret_cast<const int32_t*>(indices->data());
  for (int32_t row = 0; row < num_rows; ++row)
    if (positions[row] < 0 || static_cast<uint32_t>(positions[row]) >= entries) in.fail("an index is out of range");
  return Column::dictionary(std::move(dictionary), std::move(indices), num_rows);
}

Type read_type_inside(ByteReader& in, int32_t depth);

// Reads what follows the four fields of a nested type.
void read_parts(Type& type, ByteReader& in, int32_t depth) {
  const auto count = in.get<uint32_t>();
  const bool fits = type.kind == TypeKind::kRow   ? count >= 1 && count <= kRowFieldsMax
                    : type.kind == TypeKind::kMap ? count == 2
                                                  : count == 1;
  if (!fits || depth >= kNestedDepthMax) in.fail("a nested type is out of range");
  std::vector<NestedField> parts;
  for (uint32_t i = 0; i < count; ++i) {
    std::string name(in.get_string());
    parts.push_back({std::move(name), read_type_inside(in, depth + 1)});
  }
  type.parts = std::make_shared<const std::vector<NestedField>>(std::move(parts));
}

Type read_type_inside(ByteReader& in, int32_t depth) {
  Type type;
  type.kind = in.get_enum(kTypeKindLast);
  const auto nullable = in.get<uint8_t>();
  if (nullable > 1) in.fail("a flag is neither 0 nor 1");
  type.nullable = nullable != 0;
  type.precision = in.get<int32_t>();
  type.scale = in.get<int32_t>();
  const bool is_decimal = type.kind == TypeKind::kDecimal;
  const int32_t precision_max = is_decimal                                            ? kDecimalPrecisionMax
                                : type.is_timestamp() || type.kind == TypeKind::kTime ? kTimestampPrecisionMax
                                                                                      : kLengthMax;
  if (type.precision < 0 || type.precision > precision_max) in.fail("a type's precision is out of range");
  if (type.scale < 0 || type.scale > (is_decimal ? type.precision : 0)) in.fail("a type's scale is out of range");
  if (type.is_nested()) read_parts(type, in, depth);
  return type;
}

}  // namespace

void write_type(const Type& type, ByteWriter& out) {
  out.put(type.kind);
  out.put(static_cast<uint8_t>(type.nullable));
  out.put(type.precision);
  out.put(type.scale);
  if (!type.is_nested()) return;
  out.put(static_cast<uint32_t>(type.num_parts()));
  for (const NestedField& field : *type.parts) {
    out.put_string(field.name);
    write_type(field.type, out);
  }
}

Type read_type(ByteReader& in) { return read_type_inside(in, 1); }

void write_column(const Column& column, ByteWriter& out) {
  write_type(column.type(), out);
  out.put(column.encoding());
  switch (column.encoding()) {
    case ColumnEncoding::kFlat:
      return write_values(column, column.num_rows(), out);
    case ColumnEncoding::kConstant:
      return write_values(column, 1, out);
    case ColumnEncoding::kDictionary:
      out.put(static_cast<uint32_t>(column.dictionary()->num_rows()));
      write_values(*column.dictionary(), column.dictionary()->num_rows(), out);
      return out.put_bytes(column.indices_buffer()->data(), static_cast<size_t>(column.num_rows()) * sizeof(int32_t));
  }
  CHECK_MSG(false, "column encoding {}", static_cast<int>(column.encoding()));
}

ColumnPtr read_column(int32_t num_rows, ByteReader& in) {
  const Type type = read_type(in);
  switch (in.get_enum(ColumnEncoding::kDictionary)) {
    case ColumnEncoding::kFlat:
      return read_values(type, num_rows, in);
    case ColumnEncoding::kConstant:
      return Column::constant(*read_values(type, 1, in), num_rows);
    case ColumnEncoding::kDictionary:
      return read_dictionary(type, num_rows, in);
  }
  CHECK_MSG(false, "column encoding");
}

}  // namespace tidemill
