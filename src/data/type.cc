#include "data/type.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace tidemill {

int32_t physical_size(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kFloat64:
      return 8;
    case PhysicalType::kInt128:
    case PhysicalType::kText:
      return 16;
  }
  CHECK_MSG(false, "physical type {}", static_cast<int>(type));
}

namespace {

Type nested(TypeKind kind, std::vector<NestedField> parts) {
  Type type{kind};
  type.parts = std::make_shared<const std::vector<NestedField>>(std::move(parts));
  return type;
}

std::string row_text(const Type& type) {
  std::string text = "ROW<";
  for (const NestedField& field : *type.parts) {
    if (text.size() > 4) text += ", ";
    text += '`';
    for (const char c : field.name) text += c == '`' ? std::string("``") : std::string(1, c);
    text += "` " + field.type.to_string();
  }
  return text + ">";
}

std::string type_name(const Type& type) {
  switch (type.kind) {
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kTinyInt:
      return "TINYINT";
    case TypeKind::kSmallInt:
      return "SMALLINT";
    case TypeKind::kInteger:
      return "INT";
    case TypeKind::kBigInt:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return fmt::format("DECIMAL({}, {})", type.precision, type.scale);
    case TypeKind::kChar:
      return fmt::format("CHAR({})", type.precision);
    case TypeKind::kVarchar:
      return type.precision == kLengthMax ? "STRING" : fmt::format("VARCHAR({})", type.precision);
    case TypeKind::kBinary:
      return fmt::format("BINARY({})", type.precision);
    case TypeKind::kVarbinary:
      return type.precision == kLengthMax ? "BYTES" : fmt::format("VARBINARY({})", type.precision);
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return fmt::format("TIME({})", type.precision);
    case TypeKind::kTimestamp:
      return fmt::format("TIMESTAMP({})", type.precision);
    case TypeKind::kTimestampLtz:
      return fmt::format("TIMESTAMP_LTZ({})", type.precision);
    case TypeKind::kIntervalYearMonth:
      return "INTERVAL YEAR TO MONTH";
    case TypeKind::kIntervalDayTime:
      return "INTERVAL DAY TO SECOND(3)";
    case TypeKind::kArray:
      return fmt::format("ARRAY<{}>", type.part(0).to_string());
    case TypeKind::kMap:
      return fmt::format("MAP<{}, {}>", type.part(0).to_string(), type.part(1).to_string());
    case TypeKind::kMultiset:
      return fmt::format("MULTISET<{}>", type.part(0).to_string());
    case TypeKind::kRow:
      return row_text(type);
    case TypeKind::kVariant:
      return "VARIANT";
    case TypeKind::kBitmap:
      return "BITMAP";
  }
  CHECK_MSG(false, "type kind {}", static_cast<int>(type.kind));
}

}  // namespace

Type Type::array(const Type& element) { return nested(TypeKind::kArray, {{"element", element}}); }
Type Type::map(const Type& key, const Type& value) { return nested(TypeKind::kMap, {{"key", key}, {"value", value}}); }
Type Type::multiset(const Type& element) { return nested(TypeKind::kMultiset, {{"element", element}}); }
Type Type::row(std::vector<NestedField> fields) { return nested(TypeKind::kRow, std::move(fields)); }

const Type& Type::part(size_t index) const {
  CHECK(parts != nullptr);
  return parts->at(index).type;
}

size_t Type::num_parts() const { return parts == nullptr ? 0 : parts->size(); }

int32_t Type::depth() const {
  int32_t deepest = 0;
  for (size_t i = 0; i < num_parts(); ++i) deepest = std::max(deepest, part(i).depth());
  return deepest + 1;
}

bool Type::same_parts(const Type& other) const {
  return parts != nullptr && other.parts != nullptr && *parts == *other.parts;
}

std::string Type::to_string() const { return type_name(*this) + (nullable ? "" : " NOT NULL"); }

}  // namespace tidemill
