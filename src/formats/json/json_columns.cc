#include "formats/json/json_columns.h"

#include <charconv>
#include <cmath>

#include "base/check.h"
#include "data/json_text.h"
#include "data/number_text.h"
#include "data/variant.h"
#include "formats/json/json_nested.h"

namespace tidemill {
namespace {

constexpr size_t kExpectedKeysMax = 1024;  // places for which the last key is remembered

// Reads a number token as a whole number. One with a fraction or an exponent is cut at the point, as Jackson does for
// INT and BIGINT.
template <class T>
ValueStatus set_whole(ColumnFiller& column, int32_t row, std::string_view text, bool cut_fraction) {
  T value = 0;
  ValueStatus status = parse_whole_number<T>(text, value);
  if (status == ValueStatus::kMalformed && cut_fraction) {
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    // Both bounds are exact in a double; the upper one is one beyond the largest value.
    const double bound = std::ldexp(1.0, static_cast<int>(sizeof(T) * 8 - 1));
    const double whole = std::trunc(number);
    status = whole >= -bound && whole < bound ? ValueStatus::kOk : ValueStatus::kOutOfRange;
    if (status == ValueStatus::kOk) value = static_cast<T>(whole);
  }
  if (status == ValueStatus::kOk) column.set(row, value);
  return status;
}

ValueStatus set_from_number(ColumnFiller& column, int32_t row, std::string_view text, const TextForm& form) {
  switch (column.type().kind) {
    case TypeKind::kInteger:
      return set_whole<int32_t>(column, row, text, true);
    case TypeKind::kBigInt:
      return set_whole<int64_t>(column, row, text, true);
    case TypeKind::kDouble: {
      double value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc()) return set_from_text(column, row, text, form);
      column.set(row, value);
      return ValueStatus::kOk;
    }
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kFloat:
    case TypeKind::kDecimal:
      return set_from_text(column, row, text, form);
    case TypeKind::kBoolean:
      column.set(row, uint8_t{0});
      return ValueStatus::kOk;
    default:
      return ValueStatus::kMalformed;
  }
}

ValueStatus set_from_literal(ColumnFiller& column, int32_t row, bool value) {
  if (column.type().kind != TypeKind::kBoolean) return ValueStatus::kMalformed;
  column.set(row, static_cast<uint8_t>(value));
  return ValueStatus::kOk;
}

ValueStatus set_from_string(ColumnFiller& column, int32_t row, std::string_view text, const TextForm& form) {
  if (column.type().kind != TypeKind::kBoolean) return set_from_text(column, row, text, form);
  column.set(row, static_cast<uint8_t>(reads_true(text)));
  return ValueStatus::kOk;
}

// Any value is text: a string its characters, a container its compact JSON, the rest as written.
ValueStatus set_text_from_json(ColumnFiller& column, int32_t row, const JsonToken& token) {
  const bool container = token.kind == JsonKind::kObject || token.kind == JsonKind::kArray;
  if (token.escaped || container) {
    std::string text;
    if (container) {
      append_json_compact(token.text, text);
    } else if (!append_json_unescaped(token.text, text)) {
      return ValueStatus::kMalformed;
    }
    column.copy_text(row, text);
  } else {
    column.set_text(row, token.text);
  }
  return ValueStatus::kOk;
}

// Of members with the same key the last one counts, as of those of a record.
ValueStatus set_variant(ColumnFiller& column, int32_t row, const JsonToken& token) {
  std::string bytes;
  if (append_variant(token, true, bytes)) return ValueStatus::kMalformed;
  column.copy_text(row, bytes);
  return ValueStatus::kOk;
}

}  // namespace

JsonKeys::JsonKeys(std::vector<std::string> columns) {
  for (size_t i = 0; i < columns.size(); ++i) columns_.emplace(std::move(columns[i]), static_cast<int32_t>(i));
}

int32_t JsonKeys::look_up(std::string_view key, size_t place) {
  std::string name;
  append_json_unescaped(key, name);
  const auto found = columns_.find(name);
  const int32_t column = found == columns_.end() ? kNone : found->second;
  if (place >= kExpectedKeysMax) return column;
  if (place >= expected_.size()) expected_.resize(place + 1);
  expected_[place].key.assign(key);
  expected_[place].column = column;
  return column;
}

ValueStatus set_from_json(ColumnFiller& column, int32_t row, const JsonToken& token, const TextForm& form) {
  if (token.kind == JsonKind::kNull) return set_null(column, row);
  if (column.type().is_character()) return set_text_from_json(column, row, token);
  if (column.type().is_nested()) {
    std::string bytes;
    const ValueStatus status = read_nested_json(column.type(), token, form, bytes);
    if (status == ValueStatus::kOk || status == ValueStatus::kNulled) column.copy_text(row, bytes);
    return status;
  }
  if (column.type().kind == TypeKind::kVariant) return set_variant(column, row, token);
  switch (token.kind) {
    case JsonKind::kNumber:
      return set_from_number(column, row, token.text, form);
    case JsonKind::kTrue:
    case JsonKind::kFalse:
      return set_from_literal(column, row, token.kind == JsonKind::kTrue);
    case JsonKind::kString: {
      if (!token.escaped) return set_from_string(column, row, token.text, form);
      std::string text;
      if (!append_json_unescaped(token.text, text)) return ValueStatus::kMalformed;
      return set_from_string(column, row, text, form);
    }
    default:
      return ValueStatus::kMalformed;
  }
}

}  // namespace tidemill
