#include "data/value_text.h"

#include "data/bitmap.h"
#include "data/calendar.h"
#include "data/decimal.h"
#include "data/nested_text.h"
#include "data/number_text.h"
#include "data/time_text.h"
#include "data/utf8.h"
#include "data/variant.h"

namespace tidemill {
namespace {

// Returns the value of any type that is an integer inside, widened.
int128 integer_at(const Column& column, int32_t row) {
  switch (column.type().physical()) {
    case PhysicalType::kBool:
      return column.decode<uint8_t>()[row];
    case PhysicalType::kInt8:
      return column.decode<int8_t>()[row];
    case PhysicalType::kInt16:
      return column.decode<int16_t>()[row];
    case PhysicalType::kInt32:
      return column.decode<int32_t>()[row];
    case PhysicalType::kInt64:
      return column.decode<int64_t>()[row];
    case PhysicalType::kInt128:
      return column.decode<int128>()[row];
    case PhysicalType::kFloat32:
    case PhysicalType::kFloat64:
    case PhysicalType::kText:
      break;
  }
  CHECK_MSG(false, "not an integer inside: {}", column.type().to_string());
}

// Appends what both forms share; false where they differ.
bool append_common(std::string& out, const Column& column, int32_t row) {
  const Type& type = column.type();
  switch (type.kind) {
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInteger:
    case TypeKind::kBigInt:
      append_integer(out, static_cast<int64_t>(integer_at(column, row)));
      return true;
    case TypeKind::kFloat:
      append_float(out, column.decode<float>()[row]);
      return true;
    case TypeKind::kDouble:
      append_double(out, column.decode<double>()[row]);
      return true;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      out += column.text(row);
      return true;
    case TypeKind::kDate:
      append_date(out, static_cast<int32_t>(integer_at(column, row)));
      return true;
    default:
      return false;
  }
}

void append_bytes(std::string& out, std::string_view bytes) {
  out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) out += ", ";
    append_integer(out, static_cast<int8_t>(bytes[i]));
  }
  out += ']';
}

}  // namespace

void append_row_text(std::string& out, const Column& column, int32_t row) {
  const Type& type = column.type();
  if (column.is_null(row)) {
    out += "null";
    return;
  }
  if (append_common(out, column, row)) return;
  switch (type.kind) {
    case TypeKind::kBoolean:
      out += integer_at(column, row) != 0 ? "true" : "false";
      return;
    case TypeKind::kDecimal:
      return append_big_decimal(out, integer_at(column, row), type.scale);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return append_bytes(out, column.text(row));
    case TypeKind::kTime:
      return append_local_time(out, static_cast<int32_t>(integer_at(column, row)));
    case TypeKind::kTimestamp:
      return append_local_date_time(out, integer_at(column, row), type.precision);
    case TypeKind::kTimestampLtz:
      return append_instant(out, integer_at(column, row), type.precision);
    case TypeKind::kIntervalYearMonth:
      return append_period(out, static_cast<int32_t>(integer_at(column, row)));
    case TypeKind::kIntervalDayTime:
      return append_duration(out, static_cast<int64_t>(integer_at(column, row)));
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return append_nested_row_text(out, column, row);
    case TypeKind::kVariant:
      return append_variant_json(out, column.text(row));
    case TypeKind::kBitmap:
      return append_bitmap_text(out, column.text(row));
    default:
      CHECK_MSG(false, "no row text for {}", type.to_string());
  }
}

void append_row_text(std::string& out, const Batch& batch, int32_t row) {
  out += row_kind_text(batch.kind(row));
  out += '[';
  for (int32_t i = 0; i < batch.num_columns(); ++i) {
    if (i != 0) out += ", ";
    append_row_text(out, *batch.column(i), row);
  }
  out += ']';
}

void append_cast_text(std::string& out, const Column& column, int32_t row, const TimeZone& zone) {
  const Type& type = column.type();
  CHECK(!column.is_null(row));
  if (append_common(out, column, row)) return;
  switch (type.kind) {
    case TypeKind::kBoolean:
      out += integer_at(column, row) != 0 ? "TRUE" : "FALSE";
      return;
    case TypeKind::kDecimal:
      return append_decimal(out, integer_at(column, row), type.scale);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return append_valid_utf8(out, column.text(row));
    case TypeKind::kTime:
      return append_time(out, static_cast<int32_t>(integer_at(column, row)), type.precision);
    case TypeKind::kTimestamp:
      return append_timestamp(out, integer_at(column, row), type.precision);
    case TypeKind::kTimestampLtz: {
      SecondsAndNanos moment = split_timestamp(integer_at(column, row), type.precision);
      moment.seconds += zone.offset_seconds(moment.seconds);
      return append_timestamp(out, join_timestamp(moment, type.precision), type.precision);
    }
    case TypeKind::kIntervalYearMonth:
      return append_interval_year_month(out, static_cast<int32_t>(integer_at(column, row)));
    case TypeKind::kIntervalDayTime:
      return append_interval_day_time(out, static_cast<int64_t>(integer_at(column, row)));
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return append_nested_cast_text(out, column, row, zone);
    case TypeKind::kVariant:
      return append_variant_json(out, column.text(row));
    case TypeKind::kBitmap:
      return append_bitmap_text(out, column.text(row));
    default:
      CHECK_MSG(false, "no cast text for {}", type.to_string());
  }
}

void append_valid_utf8(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t length = utf8_sequence(bytes);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      bytes.remove_prefix(1);
    } else {
      out += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
}

}  // namespace tidemill
