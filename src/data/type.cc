#include "data/type.h"

#include <fmt/format.h>

#include "base/check.h"

namespace tidemill {

PhysicalType Type::physical() const {
  switch (kind) {
    case TypeKind::kNull:
    case TypeKind::kBoolean:
      return PhysicalType::kBool;
    case TypeKind::kTinyInt:
      return PhysicalType::kInt8;
    case TypeKind::kSmallInt:
      return PhysicalType::kInt16;
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return PhysicalType::kInt32;
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return PhysicalType::kInt64;
    case TypeKind::kFloat:
      return PhysicalType::kFloat32;
    case TypeKind::kDouble:
      return PhysicalType::kFloat64;
    case TypeKind::kDecimal:
      return precision <= kDecimalPrecisionInt64Max ? PhysicalType::kInt64 : PhysicalType::kInt128;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return precision <= 6 ? PhysicalType::kInt64 : PhysicalType::kInt128;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return PhysicalType::kText;
  }
  CHECK_MSG(false, "type kind {}", static_cast<int>(kind));
}

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
  }
  CHECK_MSG(false, "type kind {}", static_cast<int>(type.kind));
}

}  // namespace

std::string Type::to_string() const { return type_name(*this) + (nullable ? "" : " NOT NULL"); }

}  // namespace tidemill
