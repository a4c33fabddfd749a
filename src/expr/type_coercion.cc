#include "expr/type_coercion.h"

#include <algorithm>

#include "data/decimal.h"

namespace tidemill {
namespace {

Type common_decimal(const Type& a, const Type& b) {
  const int32_t integer_digits = std::min(std::max(a.precision - a.scale, b.precision - b.scale), kDecimalPrecisionMax);
  const int32_t scale = std::min(std::max(a.scale, b.scale), kDecimalPrecisionMax - integer_digits);
  return Type::decimal(integer_digits + scale, scale);
}

Type common_numeric(const Type& a, const Type& b) {
  if (a.is_approximate() || b.is_approximate()) {
    if (a.kind == TypeKind::kDecimal || b.kind == TypeKind::kDecimal) return Type::float64();
    return a.is_approximate() ? a : b;
  }
  if (a.is_integer() && b.is_integer()) return a.kind >= b.kind ? a : b;
  return common_decimal(decimal_of_exact(a), decimal_of_exact(b));
}

bool temporal(const Type& type) {
  return type.kind == TypeKind::kDate || type.kind == TypeKind::kTime || type.is_timestamp();
}

// Part by part; names of fields are those of `a`.
std::optional<Type> common_nested(const Type& a, const Type& b) {
  if (a.kind != b.kind || a.num_parts() != b.num_parts()) return std::nullopt;
  std::vector<NestedField> parts;
  for (size_t i = 0; i < a.num_parts(); ++i) {
    const std::optional<Type> part = common_type(a.part(i), b.part(i));
    if (!part) return std::nullopt;
    parts.push_back({(*a.parts)[i].name, *part});
  }
  Type common = a;
  common.parts = std::make_shared<const std::vector<NestedField>>(std::move(parts));
  return common;
}

std::optional<Type> common_not_null(const Type& a, const Type& b) {
  if (a.same_except_nullable(b)) return a;
  if (a.is_numeric() && b.is_numeric()) return common_numeric(a, b);
  const int32_t precision = std::max(a.precision, b.precision);
  if (a.is_character() && b.is_character()) return Type::varchar(precision);
  if (a.is_nested()) return common_nested(a, b);
  if (a.is_binary() && b.is_binary()) return Type{TypeKind::kVarbinary, true, precision};
  if (a.is_timestamp() && b.is_timestamp()) {
    return a.kind == TypeKind::kTimestamp && b.kind == TypeKind::kTimestamp ? Type::timestamp(precision)
                                                                            : Type::timestamp_ltz(precision);
  }
  if (a.kind == TypeKind::kTime && b.kind == TypeKind::kTime) return Type::time(precision);
  return std::nullopt;
}

}  // namespace

std::optional<Type> common_type(const Type& a, const Type& b) {
  if (a.kind == TypeKind::kNull) return b.with_nullable(true);
  if (b.kind == TypeKind::kNull) return a.with_nullable(true);
  std::optional<Type> common = common_not_null(a, b);
  if (common) common->nullable = a.nullable || b.nullable;
  return common;
}

std::optional<Type> common_type(std::span<const ExpressionPtr> expressions) {
  CHECK(!expressions.empty());
  std::optional<Type> common = expressions.front()->type();
  for (const ExpressionPtr& expression : expressions.subspan(1)) {
    common = common_type(*common, expression->type());
    if (!common) return std::nullopt;
  }
  return common;
}

std::optional<Type> comparison_type(const Type& a, const Type& b) {
  const bool nullable = a.nullable || b.nullable;
  if (a.is_character() && temporal(b)) return b.with_nullable(nullable);
  if (b.is_character() && temporal(a)) return a.with_nullable(nullable);
  if (a.is_approximate() && b.is_approximate() && a.kind != b.kind) return Type::float64().with_nullable(nullable);
  return common_type(a, b);
}

}  // namespace tidemill
