#include "connectors/spi/encoding/column_texts.h"

#include "base/base64.h"
#include "base/check.h"
#include "data/decimal.h"
#include "data/nested.h"
#include "data/number_text.h"
#include "data/variant.h"

namespace tidemill {

template <class T, class Append>
void ColumnTexts::write_each(const Column& column, Append append) {
  const Decoded<T> values = column.decode<T>();
  const auto num_rows = static_cast<size_t>(column.num_rows());
  nulls_.resize(num_rows);
  ends_.resize(num_rows);
  for (size_t i = 0; i < num_rows; ++i) {
    const auto row = static_cast<int32_t>(i);
    const bool null = values.is_null(row);
    if (!null) append(bytes_, values[row]);
    nulls_[i] = null ? 1 : 0;
    ends_[i] = bytes_.size();
  }
}

// DECIMAL, TIMESTAMP and TIMESTAMP_LTZ of either width.
template <class T>
void ColumnTexts::write_numbers(const Column& column, const TextStyle& style) {
  const Type type = column.type();
  if (type.kind == TypeKind::kDecimal)
    return write_each<T>(column, [&](std::string& out, T value) {
      style.scientific_decimals ? append_stripped_decimal(out, value, type.scale)
                                : append_decimal(out, value, type.scale);
    });
  const bool instant = type.kind == TypeKind::kTimestampLtz;
  TimestampTexts texts(type.precision, style.timestamp, instant);
  write_each<T>(column, [&](std::string& out, T value) { texts.append(out, value); });
}

void ColumnTexts::write_nested(const Column& column, const TextStyle& style) {
  const NestedColumns parts = split_nested(column);
  std::vector<ColumnTexts> texts(parts.columns.size());
  for (size_t i = 0; i < texts.size(); ++i) texts[i].write(*parts.columns[i], style);
  const bool is_row = column.type().kind == TypeKind::kRow;
  for (int32_t row = 0; row < column.num_rows(); ++row) {
    const int32_t end = is_row ? row + 1 : parts.offsets[static_cast<size_t>(row) + 1];
    bool first = true;
    for (int32_t entry = parts.first(row); entry < end && !column.is_null(row); ++entry) {
      for (const ColumnTexts& part : texts) {
        if (!std::exchange(first, false)) bytes_ += style.array_separator;
        bytes_ += part.is_null(entry) ? std::string_view(style.null_text) : part.at(entry);
      }
    }
    nulls_.push_back(column.is_null(row) ? 1 : 0);
    ends_.push_back(bytes_.size());
  }
}

void ColumnTexts::write(const Column& column, const TextStyle& style) {
  texts_.reset();
  bytes_.clear();
  ends_.clear();
  nulls_.clear();
  constexpr int32_t kTimeDigits = 3;  // as many as a TIME holds
  switch (column.type().kind) {
    case TypeKind::kNull:
    case TypeKind::kBoolean:
      return write_each<uint8_t>(column, [](std::string& out, uint8_t value) { out += value ? "true" : "false"; });
    case TypeKind::kTinyInt:
      return write_each<int8_t>(column, [](std::string& out, int8_t value) { append_integer(out, value); });
    case TypeKind::kSmallInt:
      return write_each<int16_t>(column, [](std::string& out, int16_t value) { append_integer(out, value); });
    case TypeKind::kInteger:
      return write_each<int32_t>(column, [](std::string& out, int32_t value) { append_integer(out, value); });
    case TypeKind::kBigInt:
      return write_each<int64_t>(column, [](std::string& out, int64_t value) { append_integer(out, value); });
    case TypeKind::kFloat:
      return write_each<float>(column, [](std::string& out, float value) { append_float(out, value); });
    case TypeKind::kDouble:
      return write_each<double>(column, [](std::string& out, double value) { append_double(out, value); });
    case TypeKind::kDecimal:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return column.type().physical() == PhysicalType::kInt64 ? write_numbers<int64_t>(column, style)
                                                              : write_numbers<int128>(column, style);
    case TypeKind::kDate:
      return write_each<int32_t>(column, [](std::string& out, int32_t value) { append_date(out, value); });
    case TypeKind::kTime:
      return write_each<int32_t>(column, [](std::string& out, int32_t value) { append_time(out, value, kTimeDigits); });
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      texts_ = column.decode<Text>();
      return;
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return write_each<Text>(column, [](std::string& out, const Text& value) { append_base64(out, value.view()); });
    case TypeKind::kVariant:
      return write_each<Text>(column,
                              [](std::string& out, const Text& value) { append_variant_json(out, value.view()); });
    case TypeKind::kArray:
    case TypeKind::kRow:
      return write_nested(column, style);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kBitmap:
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      break;
  }
  CHECK_MSG(false, "text formats hold no {}", column.type().to_string());
}

void append_stripped_decimal(std::string& out, int128 unscaled, int32_t scale) {
  if (unscaled == 0) {
    out += '0';
    return;
  }
  while (unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  if (scale >= 0) return append_big_decimal(out, unscaled, scale);
  std::string digits;
  append_decimal(digits, unscaled < 0 ? -unscaled : unscaled, 0);
  if (unscaled < 0) out += '-';
  out += digits[0];
  if (digits.size() > 1) out += "." + digits.substr(1);
  out += "E+" + std::to_string(static_cast<int32_t>(digits.size()) - 1 - scale);
}

}  // namespace tidemill
