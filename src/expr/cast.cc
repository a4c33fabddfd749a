#include "expr/cast.h"

#include "base/check.h"
#include "data/decimal.h"
#include "expr/cast_kernel.h"
#include "expr/evaluator.h"

namespace tidemill {
namespace {

class NullCast final : public ScalarFunction {
 public:
  ColumnPtr evaluate(const CallInput& call) const override {
    return Column::all_null(call.result_type, call.num_rows());
  }
};

std::string advice(const Type& from, const Type& to) {
  if (from.is_numeric() && to.kind == TypeKind::kTimestampLtz) {
    return "Use TO_TIMESTAMP_LTZ(x, 0) for seconds or TO_TIMESTAMP_LTZ(x, 3) for milliseconds since 1970";
  }
  if (from.is_numeric() && to.kind == TypeKind::kTimestamp) {
    return "Use TO_TIMESTAMP(FROM_UNIXTIME(x)) for seconds since 1970, or TO_TIMESTAMP_LTZ(x, 3) for an instant";
  }
  if (from.is_timestamp() && to.is_numeric()) return "Use UNIX_TIMESTAMP(CAST(x AS STRING)) for seconds since 1970";
  if (from.is_numeric() && to.is_interval()) return "Multiply an interval instead: x * INTERVAL '1' SECOND";
  if (from.is_numeric() && to.kind == TypeKind::kDate)
    return "Add to a date instead: DATE '1970-01-01' + x * INTERVAL '1' DAY";
  if (from.is_numeric() && to.is_binary()) return "CAST it to STRING first";
  if (from.kind == TypeKind::kRow && to.kind == TypeKind::kRow)
    return "Both rows need as many fields, each of them castable";
  if (from.kind == TypeKind::kVariant)
    return "A VARIANT is cast to STRING only; JSON_VALUE(JSON_STRING(v), '$') takes a value out of it";
  if (to.kind == TypeKind::kVariant) return "Use PARSE_JSON(text)";
  if (from.kind == TypeKind::kBitmap)
    return "A BITMAP is cast to STRING only; BITMAP_TO_BYTES and BITMAP_TO_ARRAY give its numbers";
  if (to.kind == TypeKind::kBitmap) return "Use BITMAP_BUILD(array) or BITMAP_FROM_BYTES(bytes)";
  if (from.is_nested() || to.is_nested()) return "An ARRAY, MAP, MULTISET or ROW is cast to its own kind, or to STRING";
  return "Cast through STRING where the text of one is the text of the other";
}

bool parts_cast_implicitly(const Type& from, const Type& to) {
  if (from.kind != to.kind || from.num_parts() != to.num_parts()) return false;
  for (size_t i = 0; i < from.num_parts(); ++i)
    if (!casts_implicitly(from.part(i), to.part(i))) return false;
  return true;
}

}  // namespace

CastKernel find_cast_kernel(const Type& from, const Type& to, bool is_try) {
  if (from.kind == TypeKind::kNull) return {std::make_shared<NullCast>()};
  if (from.is_nested() && to.is_nested()) return make_nested_cast(from, to, is_try);
  if (to.is_nested()) return {};
  if (to.kind == TypeKind::kVariant || to.kind == TypeKind::kBitmap) return {};
  if (from.is_structured()) return to.is_character() ? make_printing_cast(from, to) : CastKernel();
  if (CastKernel kernel = make_numeric_cast(from, to, is_try); kernel.function) return kernel;
  if (CastKernel kernel = make_printing_cast(from, to); kernel.function) return kernel;
  if (CastKernel kernel = make_parsing_cast(from, to, is_try); kernel.function) return kernel;
  return make_temporal_cast(from, to);
}

bool casts_explicitly(const Type& from, const Type& to) {
  return from.same_except_nullable(to) || find_cast_kernel(from, to, false).function != nullptr;
}

bool casts_implicitly(const Type& from, const Type& to) {
  if (from.kind == TypeKind::kNull || from.same_except_nullable(to)) return true;
  if (from.is_character() && to.is_character()) return true;
  if (from.is_binary() && to.is_binary()) return true;
  if (from.is_nested()) return parts_cast_implicitly(from, to);
  if (from.is_integer() && to.is_integer()) return from.kind <= to.kind;
  if (from.is_exact_numeric() && to.kind == TypeKind::kDecimal) {
    const Type decimal = decimal_of_exact(from);
    return decimal.scale <= to.scale && decimal.precision - decimal.scale <= to.precision - to.scale;
  }
  if (from.is_numeric() && to.kind == TypeKind::kDouble) return true;
  if (from.is_integer() && to.kind == TypeKind::kFloat) return true;
  if (from.is_timestamp() && to.kind == from.kind) return from.precision <= to.precision;
  if (from.kind == TypeKind::kTime && to.kind == TypeKind::kTime) return from.precision <= to.precision;
  return from.kind == TypeKind::kDate && to.kind == TypeKind::kTimestamp;
}

ExpressionPtr make_cast(ExpressionPtr operand, const Type& target, bool is_try, SourceLocation location) {
  const Type& from = operand->type();
  if (from.same_except_nullable(target)) return operand;
  const auto* literal = operand->try_as<Literal>();
  if (literal != nullptr && literal->value().is_null()) return make_literal(Value::null(target));
  CastKernel kernel = find_cast_kernel(from, target, is_try);
  if (!kernel.function) {
    throw UserError(location,
                    fmt::format("CAST of {} to {} does not exist", from.with_nullable(true).to_string(),
                                target.with_nullable(true).to_string()),
                    advice(from, target));
  }
  const bool nullable = from.nullable || from.kind == TypeKind::kNull || (is_try && kernel.can_fail);
  return std::make_shared<Cast>(std::move(operand), target.with_nullable(nullable), is_try, std::move(kernel.function),
                                kernel.can_fail && !is_try, kernel.reads_zone, location);
}

ExpressionPtr make_plain_time(ExpressionPtr operand, SourceLocation location) {
  const Type type = operand->type();
  CastKernel kernel = make_temporal_cast(type, type);
  CHECK_MSG(kernel.function != nullptr, "no time: {}", type.to_string());
  return std::make_shared<Cast>(std::move(operand), type, false, std::move(kernel.function), false, kernel.reads_zone,
                                location);
}

ExpressionPtr coerce(ExpressionPtr operand, const Type& target) {
  const bool is_literal = operand->kind() == ExpressionKind::kLiteral;
  ExpressionPtr cast = make_cast(std::move(operand), target, false, {});
  const auto* node = cast->try_as<Cast>();
  if (!is_literal || node == nullptr || node->reads_zone()) return cast;
  return make_literal(evaluate_constant(*cast, EvaluationContext()));
}

}  // namespace tidemill
