// Data types as written to Types.
#include "sql/binder/type_name.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "sql/keyword.h"

namespace tidemill {
namespace {

constexpr int32_t kDecimalPrecisionDefault = 10;
constexpr int32_t kTimestampPrecisionDefault = 6;

int32_t in_range(const ast::TypeName& name, std::optional<int32_t> written, int32_t otherwise, int32_t minimum,
                 int32_t maximum, std::string_view what) {
  const int32_t value = written.value_or(otherwise);
  if (value < minimum || value > maximum) {
    throw UserError(name.location, fmt::format("{} must be from {} to {}: {}", what, minimum, maximum, value));
  }
  return value;
}

int32_t length_of(const ast::TypeName& name) { return in_range(name, name.precision, 1, 1, kLengthMax, "Length"); }

int32_t fraction_of(const ast::TypeName& name, int32_t otherwise) {
  return in_range(name, name.precision, otherwise, 0, kTimestampPrecisionMax, "Precision");
}

Type decimal_of(const ast::TypeName& name) {
  const int32_t precision =
      in_range(name, name.precision, kDecimalPrecisionDefault, 1, kDecimalPrecisionMax, "Precision of DECIMAL");
  const int32_t scale = in_range(name, name.scale, 0, 0, precision, "Scale of DECIMAL");
  return Type::decimal(precision, scale);
}

[[noreturn]] void refuse(const ast::TypeName& name, std::string_view what) {
  throw UserError(name.location, fmt::format("{} is not supported yet", what));
}

Type row_of(const ast::TypeName& name) {
  if (name.fields.empty()) refuse(name, "A ROW without fields");
  std::vector<NestedField> fields;
  for (const ast::RowFieldName& field : name.fields) {
    const auto same = std::ranges::find(fields, field.name.name, &NestedField::name);
    if (same != fields.end())
      throw UserError(field.name.location, fmt::format("ROW has two fields of one name: {}", field.name.name));
    fields.push_back({field.name.name, bind_type(field.type)});
  }
  return Type::row(std::move(fields));
}

Type nullable_type(const ast::TypeName& name) {
  using enum ast::TypeNameKind;
  switch (name.kind) {
    case kBoolean:
      return Type::boolean();
    case kTinyint:
      return Type::tiny_int();
    case kSmallint:
      return Type::small_int();
    case kInteger:
      return Type::integer();
    case kBigint:
      return Type::big_int();
    case kFloat:
      return Type::float32();
    case kDouble:
      return Type::float64();
    case kDecimal:
      return decimal_of(name);
    case kChar:
      return Type::char_of(length_of(name));
    case kVarchar:
      return Type::varchar(length_of(name));
    case kString:
      return Type::string();
    case kBinary:
      return {TypeKind::kBinary, true, length_of(name)};
    case kVarbinary:
      return {TypeKind::kVarbinary, true, length_of(name)};
    case kBytes:
      return Type::bytes();
    case kDate:
      return Type::date();
    case kTime:
      return Type::time(fraction_of(name, 0));
    case kTimestamp:
      return Type::timestamp(fraction_of(name, kTimestampPrecisionDefault));
    case kTimestampLtz:
      return Type::timestamp_ltz(fraction_of(name, kTimestampPrecisionDefault));
    case kInterval:
      return name.interval->is_year_month() ? Type::interval_year_month() : Type::interval_day_time();
    case kArray:
      return Type::array(bind_type(name.elements.at(0)));
    case kMultiset:
      return Type::multiset(bind_type(name.elements.at(0)));
    case kMap:
      return Type::map(bind_type(name.elements.at(0)), bind_type(name.elements.at(1)));
    case kRow:
      return row_of(name);
    case kVariant:
      return Type::variant();
    case kNamed:
      if (name.name.parts.size() == 1 && equal_words(name.name.last().name, "BITMAP")) return Type::bitmap();
      throw UserError(name.location, fmt::format("Unknown data type: {}", name.name.last().name),
                      "Types are BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL(p, s), CHAR(n), "
                      "VARCHAR(n), STRING, BINARY(n), VARBINARY(n), BYTES, DATE, TIME, TIMESTAMP(p), TIMESTAMP_LTZ(p), "
                      "ARRAY<t>, MAP<k, v>, MULTISET<t>, ROW<name t, …>, VARIANT, BITMAP.");
  }
  CHECK(false);
}

}  // namespace

Type bind_type(const ast::TypeName& name) {
  Type type = nullable_type(name).with_nullable(!name.not_null);
  if (type.depth() > kNestedDepthMax) {
    throw UserError(name.location, fmt::format("Types are nested too deeply: more than {} levels", kNestedDepthMax));
  }
  return type;
}

}  // namespace tidemill
