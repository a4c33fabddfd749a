#include "formats/avro/avro_table_schema.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/avro/avro_schema.h"

namespace tidemill {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which Java's Schema.toString has them

// Writes the schema of one column.
class SchemaWriter {
 public:
  SchemaWriter(std::string_view table, const AvroMapping& mapping) : table_(table), mapping_(mapping) {}

  Json record(const std::vector<NestedField>& fields, const std::string& name, bool outermost) {
    Json json = {{"type", "record"}, {"name", name}};
    if (outermost) {
      json["name"] = name.substr(name.rfind('.') + 1);
      json["namespace"] = name.substr(0, name.rfind('.'));
    }
    json["fields"] = Json::array();
    for (const NestedField& field : fields) {
      if (outermost) column_ = field.name;
      if (!is_avro_name(field.name)) refuse(fmt::format("'{}' is no name in Avro", field.name), kNameHint);
      Json one = {{"name", field.name}, {"type", of(field.type, short_name(name) + "_" + field.name)}};
      if (field.type.nullable) one["default"] = nullptr;
      json["fields"].push_back(std::move(one));
    }
    return json;
  }

  // `name` is what a record there is called.
  Json of(const Type& type, const std::string& name) {
    Json json = not_null(type, name);
    return type.nullable && type.kind != TypeKind::kNull ? Json::array({"null", std::move(json)}) : json;
  }

 private:
  static constexpr std::string_view kNameHint = "Names are letters, digits and _, and do not begin with a digit.";

  static std::string short_name(const std::string& name) { return name.substr(name.rfind('.') + 1); }
  static Json logical(const char* type, const char* name) { return {{"type", type}, {"logicalType", name}}; }

  [[noreturn]] void refuse(const std::string& what, std::string_view hint) const {
    throw UserError(fmt::format("Column '{}' of table '{}': {}", column_, table_, what), std::string(hint));
  }
  [[noreturn]] void refuse_type(const Type& type, const std::string& hint) const {
    refuse(fmt::format("Avro cannot hold {}", type.to_string()), hint);
  }

  Json not_null(const Type& type, const std::string& name) {
    switch (type.kind) {
      case TypeKind::kNull:
        return "null";
      case TypeKind::kBoolean:
        return "boolean";
      case TypeKind::kTinyInt:
      case TypeKind::kSmallInt:
      case TypeKind::kInteger:
        return "int";
      case TypeKind::kBigInt:
        return "long";
      case TypeKind::kFloat:
        return "float";
      case TypeKind::kDouble:
        return "double";
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        return "string";
      case TypeKind::kBinary:
      case TypeKind::kVarbinary:
        return "bytes";
      case TypeKind::kDate:
        return logical("int", "date");
      case TypeKind::kTime:
        if (type.precision > 3) refuse_type(type, "Declare it TIME(3): Avro's times are milliseconds here.");
        return logical("int", "time-millis");
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampLtz:
        return timestamp(type);
      case TypeKind::kDecimal:
        return {{"type", "bytes"}, {"logicalType", "decimal"}, {"precision", type.precision}, {"scale", type.scale}};
      case TypeKind::kArray:
        return {{"type", "array"}, {"items", of(type.part(0), name)}};
      case TypeKind::kMap:
      case TypeKind::kMultiset:
        if (!type.part(0).is_character()) refuse_type(type, "Keys of Avro's maps are strings.");
        return {{"type", "map"}, {"values", of(type.kind == TypeKind::kMap ? type.part(1) : Type::integer(), name)}};
      case TypeKind::kRow:
        return record(*type.parts, name, false);
      case TypeKind::kVariant:
        refuse_type(type, "Declare it STRING, and use PARSE_JSON and JSON_STRING.");
      case TypeKind::kBitmap:
        refuse_type(type, "Declare it BYTES, and use BITMAP_TO_BYTES and BITMAP_FROM_BYTES.");
      default:
        refuse_type(type, "Declare it BIGINT (milliseconds) or STRING.");
    }
  }

  Json timestamp(const Type& type) const {
    const bool is_instant = type.kind == TypeKind::kTimestampLtz;
    if (mapping_.legacy_timestamps) {
      const std::string switch_off =
          mapping_.legacy_option.empty() ? "" : fmt::format(", or set '{}' = 'false'", mapping_.legacy_option);
      if (is_instant) refuse_type(type, fmt::format("Declare it TIMESTAMP(3){}.", switch_off));
      if (type.precision > 3)
        refuse_type(type,
                    fmt::format("Declare it TIMESTAMP(3), the most that Avro's timestamp-millis holds{}.", switch_off));
      return logical("long", "timestamp-millis");
    }
    const char* const unit = type.precision <= 3 ? "millis" : type.precision <= 6 ? "micros" : "nanos";
    return logical("long", fmt::format("{}timestamp-{}", is_instant ? "" : "local-", unit).c_str());
  }

  const std::string_view table_;
  const AvroMapping& mapping_;
  std::string column_;  // at hand
};

std::vector<NestedField> nested_fields(const std::vector<Field>& columns) {
  std::vector<NestedField> fields;
  for (const Field& column : columns) fields.push_back({column.name, column.type});
  return fields;
}

}  // namespace

std::string avro_schema_of(const std::vector<Field>& columns, std::string_view table, const AvroMapping& mapping) {
  return SchemaWriter(table, mapping).record(nested_fields(columns), std::string(kAvroRecordName), true).dump();
}

std::string avro_envelope_of(const std::vector<Field>& columns, std::string_view table, const AvroMapping& mapping,
                             const std::vector<Field>& more) {
  const Type row = Type::row(nested_fields(columns));
  std::vector<NestedField> fields = {{"before", row}, {"after", row}, {"op", Type::string()}};
  for (const Field& field : more) fields.push_back({field.name, field.type});
  SchemaWriter writer(table, mapping);
  return Json::array({"null", writer.record(fields, std::string(kAvroRecordName), true)}).dump();
}

}  // namespace tidemill
