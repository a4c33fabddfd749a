// data/type.h - SQL types and how their values lie in memory. Rule: a Type is a small value; nullability is part of it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tidemill {

enum class TypeKind : uint8_t {
  kNull,  // the type of a bare NULL literal
  kBoolean,
  kTinyInt,
  kSmallInt,
  kInteger,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarchar,  // STRING is VARCHAR(kLengthMax)
  kBinary,
  kVarbinary,  // BYTES is VARBINARY(kLengthMax)
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,
  kIntervalYearMonth,
  kIntervalDayTime,
  kArray,
  kMap,
  kMultiset,
  kRow,
  kVariant,
  kBitmap,
};
constexpr TypeKind kTypeKindLast = TypeKind::kBitmap;  // for readers of bytes

// What one value is in a column. A function has kernels by physical type, not by SQL type.
enum class PhysicalType : uint8_t {
  kBool,     // uint8_t 0 or 1: BOOLEAN (and NULL)
  kInt8,     // TINYINT
  kInt16,    // SMALLINT
  kInt32,    // INT; DATE in days since 1970-01-01; TIME in milliseconds of the day; INTERVAL YEAR TO MONTH in months
  kInt64,    // BIGINT; DECIMAL of at most 18 digits, unscaled; TIMESTAMP(0-3) in milliseconds, (4-6) in microseconds
             // since the epoch; INTERVAL DAY TO SECOND in milliseconds
  kInt128,   // DECIMAL of 19 to 38 digits, unscaled; TIMESTAMP(7-9) in nanoseconds since the epoch
  kFloat32,  // FLOAT
  kFloat64,  // DOUBLE
  kText,     // Text (data/text.h): CHAR, VARCHAR in UTF-8; BINARY, VARBINARY; ARRAY, MAP, MULTISET and ROW as the bytes
             // of their values (data/nested.h), VARIANT and BITMAP as those of data/variant.h and data/bitmap.h
};

constexpr int32_t kLengthMax = 2147483647;
constexpr int32_t kDecimalPrecisionMax = 38;
constexpr int32_t kDecimalPrecisionInt64Max = 18;
constexpr int32_t kTimestampPrecisionMax = 9;
constexpr int32_t kNestedDepthMax = 64;  // types inside types, so that walking one by recursion is safe

struct NestedField;

struct Type {
  TypeKind kind = TypeKind::kNull;
  bool nullable = true;
  int32_t precision = 0;  // DECIMAL digits; TIME and TIMESTAMP fraction digits; CHAR, VARCHAR, BINARY, VARBINARY length
  int32_t scale = 0;      // DECIMAL fraction digits
  // Of ARRAY and MULTISET the element; of MAP key and value; of ROW its fields. Null for all other types.
  std::shared_ptr<const std::vector<NestedField>> parts = nullptr;

  bool operator==(const Type& other) const {
    return kind == other.kind && nullable == other.nullable && precision == other.precision && scale == other.scale &&
           (parts == other.parts || same_parts(other));
  }

  static Type null() { return {}; }
  static Type boolean() { return {TypeKind::kBoolean}; }
  static Type tiny_int() { return {TypeKind::kTinyInt}; }
  static Type small_int() { return {TypeKind::kSmallInt}; }
  static Type integer() { return {TypeKind::kInteger}; }
  static Type big_int() { return {TypeKind::kBigInt}; }
  static Type float32() { return {TypeKind::kFloat}; }
  static Type float64() { return {TypeKind::kDouble}; }
  static Type decimal(int32_t precision, int32_t scale) { return {TypeKind::kDecimal, true, precision, scale}; }
  static Type char_of(int32_t length) { return {TypeKind::kChar, true, length}; }
  static Type varchar(int32_t length) { return {TypeKind::kVarchar, true, length}; }
  static Type string() { return varchar(kLengthMax); }
  static Type bytes() { return {TypeKind::kVarbinary, true, kLengthMax}; }
  static Type date() { return {TypeKind::kDate}; }
  static Type time(int32_t precision) { return {TypeKind::kTime, true, precision}; }
  static Type timestamp(int32_t precision) { return {TypeKind::kTimestamp, true, precision}; }
  static Type timestamp_ltz(int32_t precision) { return {TypeKind::kTimestampLtz, true, precision}; }
  static Type interval_year_month() { return {TypeKind::kIntervalYearMonth}; }
  static Type interval_day_time() { return {TypeKind::kIntervalDayTime, true, 3}; }
  static Type array(const Type& element);
  static Type map(const Type& key, const Type& value);
  static Type multiset(const Type& element);
  static Type row(std::vector<NestedField> fields);
  static Type variant() { return {TypeKind::kVariant}; }
  static Type bitmap() { return {TypeKind::kBitmap}; }

  Type with_nullable(bool value) const {
    Type copy = *this;
    copy.nullable = value;
    return copy;
  }
  Type not_null() const { return with_nullable(false); }
  // Compares all but this type's own nullability: that of what it contains counts.
  bool same_except_nullable(const Type& other) const { return not_null() == other.not_null(); }

  PhysicalType physical() const;  // below
  bool is_integer() const { return kind >= TypeKind::kTinyInt && kind <= TypeKind::kBigInt; }
  bool is_exact_numeric() const { return is_integer() || kind == TypeKind::kDecimal; }
  bool is_approximate() const { return kind == TypeKind::kFloat || kind == TypeKind::kDouble; }
  bool is_numeric() const { return is_exact_numeric() || is_approximate(); }
  bool is_character() const { return kind == TypeKind::kChar || kind == TypeKind::kVarchar; }
  bool is_binary() const { return kind == TypeKind::kBinary || kind == TypeKind::kVarbinary; }
  bool is_timestamp() const { return kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampLtz; }
  bool is_interval() const { return kind == TypeKind::kIntervalYearMonth || kind == TypeKind::kIntervalDayTime; }
  bool is_nested() const { return kind >= TypeKind::kArray && kind <= TypeKind::kRow; }
  // Its bytes have a form, so that no bytes are no value.
  bool is_structured() const { return kind >= TypeKind::kArray; }
  // Values can be sorted; of all types they can be compared with =.
  bool is_ordered() const { return !is_structured(); }
  bool is_map_like() const { return kind == TypeKind::kMap || kind == TypeKind::kMultiset; }

  // Returns part `index`. Requires: is_nested(), and there is such a part.
  const Type& part(size_t index) const;
  // Returns how many parts there are; 0 where not nested.
  size_t num_parts() const;
  // Types inside types, this one included: 1 for all that are not nested.
  int32_t depth() const;
  // True where this or a type inside it satisfies `test`.
  template <class Test>
  bool any(const Test& test) const {
    if (test(*this)) return true;
    for (size_t i = 0; i < num_parts(); ++i)
      if (part(i).any(test)) return true;
    return false;
  }

  // Returns the SQL text as Flink prints it: "DECIMAL(10, 2) NOT NULL", "STRING", "TIMESTAMP(3)", "TIMESTAMP_LTZ(3)",
  // "ARRAY<INT NOT NULL>", "ROW<`a` INT, `b` STRING>".
  std::string to_string() const;

 private:
  bool same_parts(const Type& other) const;
};

// One part of a nested type; only those of a ROW have names.
struct NestedField {
  std::string name;
  Type type;

  bool operator==(const NestedField&) const = default;
};

inline PhysicalType Type::physical() const {
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
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
      break;
  }
  return PhysicalType::kText;
}

// Returns the bytes of one value: 1, 2, 4, 8 or 16.
int32_t physical_size(PhysicalType type);

}  // namespace tidemill
