#include "functions/json_writing.h"

#include <cmath>

#include "base/base64.h"
#include "data/decimal.h"
#include "data/nested.h"
#include "data/number_text.h"
#include "data/time_text.h"
#include "data/value.h"
#include "data/variant.h"

namespace tidemill {
namespace {

// Returns the type inside `type`, or `type` itself, that cannot stand in JSON; nullptr where all can.
const Type* misfit_in(const Type& type) {
  if (!type.is_nested()) {
    const bool fits = type.is_numeric() || type.is_character() || type.is_binary() || type.is_timestamp() ||
                      type.kind == TypeKind::kBoolean || type.kind == TypeKind::kNull ||
                      type.kind == TypeKind::kVariant;
    return fits ? nullptr : &type;
  }
  for (const NestedField& part : *type.parts) {
    if (const Type* misfit = misfit_in(part.type)) return misfit;
  }
  return nullptr;
}

// Returns the type of a map's keys inside `type` that are no texts, or nullptr.
const Type* misfit_key_in(const Type& type) {
  if (!type.is_nested()) return nullptr;
  const Type& first = type.parts->front().type;
  if (type.is_map_like() && !first.is_character()) return &first;
  for (const NestedField& part : *type.parts) {
    if (const Type* misfit = misfit_key_in(part.type)) return misfit;
  }
  return nullptr;
}

JsonNode node_of(JsonKind kind, std::string text = {}) {
  JsonNode node;
  node.kind = kind;
  node.text = std::move(text);
  return node;
}

template <class Float>
void write_real(Float value, JsonNode& node) {
  std::string text;
  if constexpr (std::is_same_v<Float, float>) {
    append_float(text, value);
  } else {
    append_double(text, value);
  }
  if (std::isfinite(value)) return append_json_number(node.text, text);
  node = node_of(JsonKind::kString, std::move(text));  // JSON has no such number: Jackson writes a text
}

JsonNode number_of(const Value& value) {
  JsonNode node = node_of(JsonKind::kNumber);
  const Type& type = value.type();
  if (type.kind == TypeKind::kFloat) {
    write_real(value.as<float>(), node);
  } else if (type.kind == TypeKind::kDouble) {
    write_real(value.as<double>(), node);
  } else {
    append_big_decimal(node.text, value.as_integer(), type.kind == TypeKind::kDecimal ? type.scale : 0);
  }
  return node;
}

// Makes the JSON of a value that is neither NULL nor nested.
JsonNode leaf_of(const Column& column, int32_t row) {
  const Type& type = column.type();
  if (type.is_numeric()) return number_of(Value::at(column, row));
  if (type.kind == TypeKind::kBoolean) {
    return Value::at(column, row).as_bool() ? node_of(JsonKind::kTrue, "true") : node_of(JsonKind::kFalse, "false");
  }
  if (type.kind == TypeKind::kVariant) {
    std::string json;
    append_variant_json(json, column.text(row));
    return std::move(*parse_json(json));
  }
  JsonNode node = node_of(JsonKind::kString);
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

// Makes the JSON of a value; nullopt where a map has a NULL key.
std::optional<JsonNode> value_of(const Column& column, int32_t row) {
  if (column.is_null(row)) return JsonNode();
  const Type& type = column.type();
  if (!type.is_nested()) return leaf_of(column, row);
  const NestedColumns parts = split_nested(*column.slice(row, 1));
  JsonNode node = node_of(type.kind == TypeKind::kArray ? JsonKind::kArray : JsonKind::kObject);
  const auto add = [&](const Column& values, int32_t entry, std::string key) {
    std::optional<JsonNode> value = value_of(values, entry);
    if (!value) return false;
    node.kind == JsonKind::kArray ? node.values.push_back(std::move(*value))
                                  : node.set(std::move(key), std::move(*value));
    return true;
  };
  if (type.kind == TypeKind::kRow) {
    for (size_t i = 0; i < parts.columns.size(); ++i) {
      if (!add(*parts.columns[i], 0, (*type.parts)[i].name)) return std::nullopt;
    }
    return node;
  }
  const Column* keys = type.is_map_like() ? parts.columns.front().get() : nullptr;
  for (int32_t i = 0; i < parts.offsets[1]; ++i) {
    if (keys != nullptr && keys->is_null(i)) return std::nullopt;
    if (!add(*parts.columns.back(), i, keys == nullptr ? "" : std::string(keys->text(i)))) return std::nullopt;
  }
  return node;
}

}  // namespace

void check_fits_json(const CallSite& call, const Type& type) {
  if (const Type* key = misfit_key_in(type)) {
    throw UserError(
        call.location,
        fmt::format("{} takes maps with texts as keys only, not {}", call.name, key->with_nullable(true).to_string()),
        "CAST the map to MAP<STRING, …>.");
  }
  if (const Type* misfit = misfit_in(type)) {
    throw UserError(call.location, fmt::format("{} takes no {}", call.name, misfit->with_nullable(true).to_string()),
                    "CAST it to STRING.");
  }
}

bool gives_json(const Expression& expression) {
  const auto* call = expression.try_as<Call>();
  return call != nullptr && (call->name() == "JSON_OBJECT" || call->name() == "JSON_ARRAY" || call->name() == "JSON");
}

std::optional<JsonNode> json_of(const CallInput& call, size_t argument, int32_t row, bool as_is) {
  const Column& column = *call.arguments[argument];
  auto node = as_is && !column.is_null(row) ? parse_json(column.text(row)) : value_of(column, row);
  if (!node)
    call.errors.add(row, as_is ? "A text in JSON(…) is no JSON" : "A key of a map is NULL, which JSON has not");
  return node;
}

}  // namespace tidemill
