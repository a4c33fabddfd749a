#include "data/arrow_import.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "data/arrow_values.h"
#include "data/column_builder.h"
#include "data/dispatch.h"
#include "data/nested.h"

namespace tidemill {
namespace {

constexpr int32_t kDepthMax = kNestedDepthMax;

int32_t width(ArrowLayout layout) {
  using enum ArrowLayout;
  switch (layout) {
    case kInt8:
    case kUint8:
      return 1;
    case kInt16:
    case kUint16:
      return 2;
    case kInt32:
    case kUint32:
      return 4;
    case kInt64:
    case kUint64:
      return 8;
    default:
      return 0;
  }
}

bool is_unsigned(ArrowLayout layout) {
  return layout == ArrowLayout::kUint8 || layout == ArrowLayout::kUint16 || layout == ArrowLayout::kUint32 ||
         layout == ArrowLayout::kUint64;
}

// Tells whether a type that is not nested holds all values of the format.
bool holds(const Type& type, const ArrowFormat& format) {
  const TypeKind from = format.type.kind;
  if (type.is_integer())
    return width(format.layout) > 0 && (from == TypeKind::kTinyInt || format.type.is_integer()) &&
           width(format.layout) + (is_unsigned(format.layout) ? 1 : 0) <= physical_size(type.physical());
  switch (type.kind) {
    case TypeKind::kBoolean:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return from == type.kind;
    case TypeKind::kFloat:
      return from == TypeKind::kFloat;
    case TypeKind::kDouble:
      return from == TypeKind::kDouble || from == TypeKind::kFloat;
    case TypeKind::kDecimal:
      return from == TypeKind::kDecimal && type.scale >= format.type.scale &&
             type.precision - type.scale >= format.type.precision - format.type.scale;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return format.type.is_character() || format.type.is_binary();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return format.type.is_timestamp();
    default:
      return false;
  }
}

std::unique_ptr<ArrowValues> bind_values(const ArrowSchema& schema, const Type& type, int32_t depth);

// Binds what is inside: the field's children to the parts of the type.
bool bind_inside(const ArrowSchema& schema, ArrowValues& values, int32_t depth) {
  const Type& type = values.type;
  const ArrowLayout layout = values.format.layout;
  if (type.kind == TypeKind::kRow) {
    if (layout != ArrowLayout::kStruct) return false;
    for (const NestedField& field : *type.parts) {
      int32_t child = -1;
      for (int32_t i = 0; i < schema.n_children; ++i)
        if (schema.children[i]->name == field.name) child = i;
      values.child_of_field.push_back(child);
      values.children.push_back(child < 0 ? nullptr : bind_values(*schema.children[child], field.type, depth + 1));
      if (child >= 0 && !values.children.back()) return false;
    }
    return true;
  }
  const bool list =
      layout == ArrowLayout::kList || layout == ArrowLayout::kLargeList || layout == ArrowLayout::kFixedList;
  if (type.kind == TypeKind::kArray) {
    if (!list || schema.n_children != 1) return false;
    values.children.push_back(bind_values(*schema.children[0], type.part(0), depth + 1));
    return values.children.back() != nullptr;
  }
  if (!type.is_map_like() || layout != ArrowLayout::kMap || schema.n_children != 1) return false;
  const std::vector<Type> parts = nested_column_types(type);
  const ArrowSchema& entries = *schema.children[0];
  if (entries.n_children != 2) return false;
  for (size_t i = 0; i < 2; ++i) {
    values.children.push_back(bind_values(*entries.children[i], parts[i], depth + 1));
    if (!values.children.back()) return false;
  }
  return true;
}

std::unique_ptr<ArrowValues> bind_values(const ArrowSchema& schema, const Type& type, int32_t depth) {
  if (depth > kDepthMax) return nullptr;
  auto values = std::make_unique<ArrowValues>();
  values->type = type;
  if (schema.dictionary != nullptr) {
    ArrowFormat indices;
    if (!parse_arrow_format(schema, indices) || width(indices.layout) == 0) return nullptr;
    values->dictionary = true;
    values->indices = indices.layout;
  }
  if (!parse_arrow_format(schema.dictionary != nullptr ? *schema.dictionary : schema, values->format)) return nullptr;
  if (values->format.layout == ArrowLayout::kNull) return values;
  const bool bound =
      type.is_nested() ? !values->dictionary && bind_inside(schema, *values, depth) : holds(type, values->format);
  return bound ? std::move(values) : nullptr;
}

std::optional<Type> type_of(const ArrowSchema& schema, int32_t depth) {
  if (schema.dictionary != nullptr) return type_of(*schema.dictionary, depth);
  ArrowFormat format;
  if (depth > kDepthMax || !parse_arrow_format(schema, format)) return std::nullopt;
  std::vector<NestedField> parts;
  const bool is_map = format.layout == ArrowLayout::kMap;
  const bool nested = format.layout >= ArrowLayout::kList;
  if (!nested) return format.type.with_nullable((schema.flags & kArrowFlagNullable) != 0);
  const ArrowSchema& holder = is_map && schema.n_children == 1 ? *schema.children[0] : schema;
  for (int32_t i = 0; i < holder.n_children; ++i) {
    const std::optional<Type> part = type_of(*holder.children[i], depth + 1);
    if (!part) return std::nullopt;
    parts.push_back({holder.children[i]->name, *part});
  }
  Type type;
  if (format.layout == ArrowLayout::kStruct) {
    if (parts.empty()) return std::nullopt;
    type = Type::row(std::move(parts));
  } else if (is_map) {
    if (parts.size() != 2) return std::nullopt;
    type = Type::map(parts[0].type, parts[1].type);
  } else {
    if (parts.size() != 1) return std::nullopt;
    type = Type::array(parts[0].type);
  }
  return type.with_nullable((schema.flags & kArrowFlagNullable) != 0);
}

// Fills a column row by row; `put(at)` appends the value of a row that is not NULL.
template <class Put>
void fill(const ArrowValues& values, const ArrowArray& given, int32_t first, int32_t count, ColumnBuilder& out,
          Put put) {
  for (int64_t i = first; i < int64_t{first} + count; ++i) {
    const ArrowArray* array = &given;
    int64_t row = i;
    bool null = ArrowValues::is_null(*array, row);
    if (!null && values.dictionary) {
      values.resolve(array, row);
      null = ArrowValues::is_null(*array, row);
    }
    if (!null) {
      put(*array, row);
    } else if (out.type().nullable) {
      out.append_null();
    } else {
      throw UserError(fmt::format("row {} of the batch is NULL, but the column is NOT NULL", i - first + 1),
                      "Declare the column without NOT NULL.");
    }
  }
}

bool has_nulls(const ArrowArray& array) { return array.n_buffers == 0 || (array.buffers[0] && array.null_count != 0); }

// Takes values that lie in the array as they do in a column.
template <class T>
ColumnPtr copied(const Type& type, const ArrowArray& array, int32_t first, int32_t count) {
  auto buffer = Buffer::allocate(static_cast<size_t>(count) * sizeof(T));
  if (count > 0)
    std::memcpy(buffer->mutable_data(), static_cast<const T*>(array.buffers[1]) + array.offset + first, buffer->size());
  std::shared_ptr<Buffer> validity;
  if (has_nulls(array)) {
    validity = Buffer::allocate(bitmap_bytes(count));
    auto* const bits = reinterpret_cast<uint8_t*>(validity->mutable_data());
    std::memset(bits, 0, validity->size());
    for (int32_t i = 0; i < count; ++i) {
      if (!ArrowValues::is_null(array, first + i)) set_bit(bits, i);
    }
  }
  return Column::flat(type, count, std::move(buffer), std::move(validity));
}

// Tells whether values lie in the array as they do in a column of the type.
bool lies_alike(const ArrowValues& values) {
  const Type& type = values.type;
  if (values.dictionary) return false;
  if (type.is_integer()) return width(values.format.layout) == physical_size(type.physical());
  if (type.is_approximate()) return type.kind == values.format.type.kind && values.format.layout != ArrowLayout::kHalf;
  if (type.kind == TypeKind::kDate) return values.format.units_a_second == 0;
  const int64_t units = type.precision == 3 ? 1'000 : type.precision == 6 ? 1'000'000 : 0;
  return type.is_timestamp() && values.format.units_a_second == units;
}

ColumnPtr read_alike(const ArrowValues& values, const ArrowArray& array, int32_t first, int32_t count) {
  switch (physical_size(values.type.physical())) {
    case 1:
      return copied<int8_t>(values.type, array, first, count);
    case 2:
      return copied<int16_t>(values.type, array, first, count);
    case 4:
      return copied<int32_t>(values.type, array, first, count);
    default:
      return copied<int64_t>(values.type, array, first, count);
  }
}

// Appends the row of an array as the type has it.
template <class T>
void append_number(const ArrowValues& values, const ArrowArray& array, int64_t row, ColumnBuilder& out) {
  const Type& type = values.type;
  if constexpr (std::is_floating_point_v<T>) {
    out.append(static_cast<T>(values.floating(array, row)));
  } else if constexpr (std::is_same_v<T, int128>) {
    out.append(type.kind == TypeKind::kDecimal ? values.decimal(array, row) : values.timestamp(array, row));
  } else if constexpr (!std::is_same_v<T, Text>) {
    if (type.kind == TypeKind::kDecimal)
      out.append(static_cast<T>(values.decimal(array, row)));
    else if (type.is_timestamp())
      out.append(static_cast<T>(values.timestamp(array, row)));
    else if (type.kind == TypeKind::kDate || type.kind == TypeKind::kTime)
      out.append(static_cast<T>(values.time_or_date(array, row)));
    else
      out.append(static_cast<T>(values.integer(array, row)));
  }
}

}  // namespace

std::optional<Type> type_of_arrow(const ArrowSchema& schema) { return type_of(schema, 1); }

std::string arrow_type_text(const ArrowSchema& schema) {
  const std::optional<Type> type = type_of_arrow(schema);
  return type ? type->with_nullable(true).to_string() : fmt::format("of a type that SQL lacks ('{}')", schema.format);
}

ArrowImport::ArrowImport(std::unique_ptr<ArrowValues> values) : values_(std::move(values)) {}
ArrowImport::ArrowImport(ArrowImport&&) noexcept = default;
ArrowImport& ArrowImport::operator=(ArrowImport&&) noexcept = default;
ArrowImport::~ArrowImport() = default;

std::optional<ArrowImport> ArrowImport::bind(const ArrowSchema& schema, const Type& type) {
  std::unique_ptr<ArrowValues> values = bind_values(schema, type, 1);
  if (!values) return std::nullopt;
  return ArrowImport(std::move(values));
}

ColumnPtr ArrowImport::read(const ArrowArray& array, int32_t first, int32_t count) const {
  const Type& type = values_->type;
  if (lies_alike(*values_) && (type.nullable || !has_nulls(array))) return read_alike(*values_, array, first, count);
  ColumnBuilder out(type);
  out.reserve(count);
  if (type.is_nested()) {
    std::string encoded;
    fill(*values_, array, first, count, out, [&](const ArrowArray& at, int64_t row) {
      encoded.clear();
      values_->append_encoded(at, row, encoded);
      out.append_text(encoded_text(encoded));
    });
  } else if (type.physical() == PhysicalType::kText) {
    fill(*values_, array, first, count, out,
         [&](const ArrowArray& at, int64_t row) { out.append_text(values_->text(at, row)); });
  } else {
    dispatch_physical(type.physical(), [&]<class T>() {
      fill(*values_, array, first, count, out,
           [&](const ArrowArray& at, int64_t row) { append_number<T>(*values_, at, row, out); });
    });
  }
  return out.finish();
}

}  // namespace tidemill
