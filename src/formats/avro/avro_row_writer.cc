#include "formats/avro/avro_row_writer.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "data/calendar.h"
#include "data/nested.h"
#include "data/packed.h"
#include "formats/avro/avro_cursor.h"
#include "formats/avro/avro_json.h"

namespace tidemill {
namespace {

// A row of a column.
struct ColumnValue {
  const Column& column;
  int32_t row;

  bool is_null() const { return column.is_null(row) || (column.type().is_structured() && column.text(row).empty()); }
  template <class T>
  T get() const {
    return column.decode<T>()[row];
  }
  std::string_view text() const { return column.text(row); }
};

// A part of a nested value.
struct EncodedValue {
  std::string_view encoded;

  bool is_null() const { return is_encoded_null(encoded); }
  template <class T>
  T get() const {
    return get_packed<T>(encoded.substr(1));
  }
  std::string_view text() const { return encoded_text(encoded); }
};

// Makes the steps of one table.
class WritePlanner {
 public:
  WritePlanner(std::string_view table) : table_(table) {}

  std::vector<AvroWriteStep> record(const AvroType& record, const std::vector<NestedField>& columns,
                                    const std::string& within) const {
    for (const NestedField& column : columns)
      if (std::ranges::find(record.fields, column.name, &AvroField::name) == record.fields.end())
        refuse(within.empty() ? column.name : within, fmt::format("the schema has no field '{}'", column.name));
    std::vector<AvroWriteStep> steps;
    for (const AvroField& field : record.fields) {
      const auto column = std::ranges::find(columns, field.name, &NestedField::name);
      if (column == columns.end()) {
        if (!field.default_json)
          throw UserError(
              fmt::format("Table '{}': field '{}' of the schema is no column, and has no default", table_, field.name),
              "Declare a column of this name, or take the field out of the schema.");
        AvroWriteStep& step = steps.emplace_back();
        step.default_bytes = avro_default(field);
        continue;
      }
      steps.push_back(value(*field.type, column->type, within.empty() ? column->name : within));
      steps.back().source = static_cast<int32_t>(column - columns.begin());
    }
    return steps;
  }

 private:
  [[noreturn]] void refuse(std::string_view column, const std::string& what) const {
    throw UserError(fmt::format("Column '{}' of table '{}' cannot be written as Avro: {}", column, table_, what),
                    "Declare the column as the schema says, or mend the schema.");
  }

  AvroWriteStep value(const AvroType& to, const Type& type, const std::string& column) const {
    AvroWriteStep step;
    step.column = column;
    step.type = type;
    step.to = &to;
    if (to.kind == AvroKind::kUnion) {
      step.null_branch = to.null_branch();
      const bool nullable = to.parts.size() == 2 && step.null_branch >= 0;
      if (!nullable && to.parts.size() != 1)
        refuse(column, "its schema is a union, and not of null and one other type");
      step.branch = nullable ? 1 - step.null_branch : 0;
      step.to = to.parts[static_cast<size_t>(step.branch)];
    }
    if (!holds(*step.to, type))
      refuse(column, fmt::format("{} does not hold {}", step.to->to_string(), type.to_string()));
    if (type.kind == TypeKind::kRow) step.parts = record(*step.to, *type.parts, column);
    if (type.kind == TypeKind::kArray) step.parts.push_back(value(*step.to->parts[0], type.part(0), column));
    if (type.kind == TypeKind::kMap) step.parts.push_back(value(*step.to->parts[0], type.part(1), column));
    if (type.kind == TypeKind::kMultiset)
      step.parts.push_back(value(*step.to->parts[0], Type::integer().not_null(), column));
    return step;
  }

  // Whether values of `type` are written as `to`, apart from what is inside them.
  static bool holds(const AvroType& to, const Type& type) {
    using enum AvroKind;
    switch (type.kind) {
      case TypeKind::kBoolean:
        return to.kind == kBoolean;
      case TypeKind::kTinyInt:
      case TypeKind::kSmallInt:
      case TypeKind::kInteger:
      case TypeKind::kDate:
        return to.kind == kInt || to.kind == kLong;
      case TypeKind::kBigInt:
        return to.kind == kLong;
      case TypeKind::kFloat:
        return to.kind == kFloat || to.kind == kDouble;
      case TypeKind::kDouble:
        return to.kind == kDouble;
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        return to.kind == kString || to.kind == kEnum;
      case TypeKind::kBinary:
      case TypeKind::kVarbinary:
        return to.kind == kBytes || to.kind == kFixed;
      case TypeKind::kTime:
        return to.kind == kInt || (to.kind == kLong && to.logical == AvroLogical::kTimeMicros);
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampLtz:
        return to.kind == kLong;
      case TypeKind::kDecimal:
        return to.logical == AvroLogical::kDecimal && to.scale == type.scale && to.precision >= type.precision;
      case TypeKind::kArray:
        return to.kind == AvroKind::kArray;
      case TypeKind::kMap:
      case TypeKind::kMultiset:
        return to.kind == AvroKind::kMap && type.part(0).is_character();
      case TypeKind::kRow:
        return to.kind == AvroKind::kRecord;
      default:
        return false;
    }
  }

  const std::string_view table_;
};

[[noreturn]] void refuse_value(const AvroWriteStep& step, std::string what) {
  throw UserError(fmt::format("Column '{}' has a value that cannot be written as Avro: {}", step.column, what),
                  "Leave such rows out, or declare a type that holds them.");
}

template <class Value>
int128 whole_of(const Type& type, const Value& value) {
  switch (type.physical()) {
    case PhysicalType::kInt8:
      return value.template get<int8_t>();
    case PhysicalType::kInt16:
      return value.template get<int16_t>();
    case PhysicalType::kInt32:
      return value.template get<int32_t>();
    case PhysicalType::kInt64:
      return value.template get<int64_t>();
    default:
      return value.template get<int128>();
  }
}

// The number of a time in the unit of the schema.
int128 in_unit_of(const AvroWriteStep& step, int128 value) {
  const bool is_micros = step.to->logical == AvroLogical::kTimeMicros ||
                         step.to->logical == AvroLogical::kTimestampMicros ||
                         step.to->logical == AvroLogical::kLocalTimestampMicros;
  const bool is_nanos =
      step.to->logical == AvroLogical::kTimestampNanos || step.to->logical == AvroLogical::kLocalTimestampNanos;
  const bool is_time = step.type.kind == TypeKind::kTime;
  int32_t held = is_time || step.type.precision <= 3 ? 3 : step.type.precision <= 6 ? 6 : 9;
  const int32_t written = is_nanos ? 9 : is_micros ? 6 : 3;
  for (; held < written; ++held) value *= 10;
  for (; held > written; --held) value = floor_div<int128>(value, 10);
  if (value != static_cast<int64_t>(value)) refuse_value(step, "a time is beyond 64 bits");
  return value;
}

// As few bytes as two's complement needs, the high one first; of a fixed all.
void append_decimal_bytes(const AvroWriteStep& step, int128 value, std::string& out) {
  std::string bytes;
  for (;;) {
    bytes.insert(bytes.begin(), static_cast<char>(value & 0xFF));
    const bool negative = bytes.front() < 0;
    value >>= 8;
    if (value == (negative ? -1 : 0)) break;
  }
  if (step.to->kind == AvroKind::kBytes) return put_avro_sized(out, bytes);
  const auto size = static_cast<size_t>(step.to->size);
  if (bytes.size() > size) refuse_value(step, fmt::format("a decimal does not fit in {} bytes", size));
  out.append(size - bytes.size(), bytes.front() < 0 ? '\xFF' : '\0');
  out += bytes;
}

void append_text(const AvroWriteStep& step, std::string_view text, std::string& out) {
  switch (step.to->kind) {
    case AvroKind::kEnum: {
      const auto symbol = std::ranges::find(step.to->symbols, text);
      if (symbol == step.to->symbols.end())
        refuse_value(step, fmt::format("'{}' is no symbol of {}", text, step.to->to_string()));
      return put_avro_long(out, symbol - step.to->symbols.begin());
    }
    case AvroKind::kFixed:
      if (text.size() != static_cast<size_t>(step.to->size))
        refuse_value(step, fmt::format("{} bytes are no {}", text.size(), step.to->to_string()));
      out += text;
      return;
    default:
      put_avro_sized(out, text);
  }
}

template <class Value>
void append_value(const AvroWriteStep& step, const Value& value, std::string& out);

void append_nested(const AvroWriteStep& step, std::string_view bytes, std::string& out) {
  const std::vector<std::string_view> parts = nested_parts(step.type, bytes);
  if (step.type.kind == TypeKind::kRow) {
    for (const AvroWriteStep& field : step.parts) {
      if (field.source < 0) {
        out += field.default_bytes;
      } else {
        append_value(field, EncodedValue{parts[static_cast<size_t>(field.source)]}, out);
      }
    }
    return;
  }
  const bool is_map = step.type.is_map_like();
  if (!parts.empty()) put_avro_long(out, static_cast<int64_t>(is_map ? parts.size() / 2 : parts.size()));
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!is_map || i % 2 == 1) {
      append_value(step.parts[0], EncodedValue{parts[i]}, out);
      continue;
    }
    if (is_encoded_null(parts[i])) refuse_value(step, "a key is NULL");
    put_avro_sized(out, encoded_text(parts[i]));
  }
  put_avro_long(out, 0);
}

template <class Value>
void append_value(const AvroWriteStep& step, const Value& value, std::string& out) {
  if (value.is_null()) {
    if (step.null_branch < 0) refuse_value(step, "it is NULL, and its schema has no null");
    return put_avro_long(out, step.null_branch);
  }
  if (step.branch >= 0) put_avro_long(out, step.branch);
  switch (step.type.kind) {
    case TypeKind::kBoolean:
      out += static_cast<char>(value.template get<uint8_t>());
      return;
    case TypeKind::kFloat:
      if (step.to->kind == AvroKind::kFloat) {
        put_packed(out, value.template get<float>());
      } else {
        put_packed(out, static_cast<double>(value.template get<float>()));
      }
      return;
    case TypeKind::kDouble:
      return put_packed(out, value.template get<double>());
    case TypeKind::kDecimal:
      return append_decimal_bytes(step, whole_of(step.type, value), out);
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return put_avro_long(out, static_cast<int64_t>(in_unit_of(step, whole_of(step.type, value))));
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return append_nested(step, value.text(), out);
    default:
      if (step.type.physical() == PhysicalType::kText) return append_text(step, value.text(), out);
      put_avro_long(out, static_cast<int64_t>(whole_of(step.type, value)));
  }
}

std::vector<NestedField> nested_fields(const Schema& columns) {
  std::vector<NestedField> fields;
  for (const Field& field : columns.fields()) fields.push_back({field.name, field.type});
  return fields;
}

}  // namespace

AvroRowWriter::AvroRowWriter(AvroSchemaPtr schema, const AvroType& record, const Schema& columns,
                             std::string_view table)
    : schema_(std::move(schema)),
      table_(table),
      fields_(WritePlanner(table).record(record, nested_fields(columns), "")) {}

void AvroRowWriter::append(int32_t row, std::string& out) const {
  for (const AvroWriteStep& field : fields_) {
    if (field.source < 0) {
      out += field.default_bytes;
    } else {
      append_value(field, ColumnValue{*batch_->column(field.source), row}, out);
    }
  }
}

}  // namespace tidemill
