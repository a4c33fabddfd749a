#include "functions/json_writing.h"

#include <cmath>

#include "data/base64.h"
#include "data/decimal.h"
#include "data/number_text.h"
#include "data/time_text.h"
#include "data/value.h"
#include "data/variant.h"

namespace tidemill {
namespace {

template <class Float>
bool write_real(Float value, JsonNode& node) {
  if (!std::isfinite(value)) return false;
  std::string text;
  if constexpr (std::is_same_v<Float, float>) {
    append_float(text, value);
  } else {
    append_double(text, value);
  }
  append_json_number(node.text, text);
  return true;
}

// Writes a value that is not NULL; `node` is a number already. False where it is no number of JSON.
bool write_number(const Value& value, JsonNode& node) {
  const Type& type = value.type();
  if (type.kind == TypeKind::kFloat) return write_real(value.as<float>(), node);
  if (type.kind == TypeKind::kDouble) return write_real(value.as<double>(), node);
  append_big_decimal(node.text, value.as_integer(), type.kind == TypeKind::kDecimal ? type.scale : 0);
  return true;
}

}  // namespace

bool fits_json(const Type& type) {
  return type.is_numeric() || type.is_character() || type.is_binary() || type.is_timestamp() ||
         type.kind == TypeKind::kBoolean || type.kind == TypeKind::kNull || type.kind == TypeKind::kVariant;
}

bool gives_json(const Expression& expression) {
  const auto* call = expression.try_as<Call>();
  return call != nullptr && (call->name() == "JSON_OBJECT" || call->name() == "JSON_ARRAY" || call->name() == "JSON");
}

std::optional<JsonNode> json_of(const Column& column, int32_t row, bool as_is) {
  JsonNode node;
  if (column.is_null(row)) return node;
  const Type& type = column.type();
  if (as_is) return parse_json(column.text(row));
  if (type.kind == TypeKind::kVariant) {
    std::string json;
    append_variant_json(json, column.text(row));
    return parse_json(json);
  }
  if (type.is_numeric()) {
    node.kind = JsonKind::kNumber;
    if (!write_number(Value::at(column, row), node)) return std::nullopt;
    return node;
  }
  if (type.kind == TypeKind::kBoolean) {
    const bool value = Value::at(column, row).as_bool();
    node.kind = value ? JsonKind::kTrue : JsonKind::kFalse;
    node.text = value ? "true" : "false";
    return node;
  }
  node.kind = JsonKind::kString;
  if (type.is_timestamp()) {
    append_timestamp(node.text, Value::at(column, row).as_integer(), type.precision, TimestampForm::kIso8601,
                     type.kind == TypeKind::kTimestampLtz);
  } else if (type.is_binary()) {
    append_base64(node.text, column.text(row));
  } else {
    node.text = column.text(row);
  }
  return node;
}

}  // namespace tidemill
