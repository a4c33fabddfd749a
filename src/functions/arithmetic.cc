// + - * / % and the unary signs on numbers. Result types are Flink's: the wider integer; DECIMAL by data/decimal.h;
// FLOAT and DOUBLE whichever comes first; DECIMAL with either of those DOUBLE.
#include "data/decimal.h"
#include "expr/decimal_result.h"
#include "expr/type_coercion.h"
#include "functions/bind.h"
#include "functions/families.h"
#include "functions/integer_arithmetic.h"

namespace tidemill {
namespace {

enum class Operator : uint8_t { kAdd, kSubtract, kMultiply, kDivide, kRemainder };

template <class Body>
ScalarFunctionPtr with_integer(const Type& type, Body body) {
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return body.template operator()<int8_t>();
    case TypeKind::kSmallInt:
      return body.template operator()<int16_t>();
    case TypeKind::kInteger:
      return body.template operator()<int32_t>();
    default:
      CHECK(type.kind == TypeKind::kBigInt);
      return body.template operator()<int64_t>();
  }
}

ScalarFunctionPtr integer_kernel(Operator op, const Type& type) {
  return with_integer(type, [op]<class T>() -> ScalarFunctionPtr {
    switch (op) {
      case Operator::kAdd:
        return std::make_shared<WrappingArithmetic<T, WrappingAdd<T>>>();
      case Operator::kSubtract:
        return std::make_shared<WrappingArithmetic<T, WrappingSubtract<T>>>();
      case Operator::kMultiply:
        return std::make_shared<WrappingArithmetic<T, WrappingMultiply<T>>>();
      case Operator::kDivide:
        return std::make_shared<Division<T, QuotientOf<T>>>();
      case Operator::kRemainder:
        return std::make_shared<Division<T, RemainderOf<T>>>();
    }
    CHECK_MSG(false, "operator {}", static_cast<int>(op));
  });
}

template <class T>
ScalarFunctionPtr real_kernel(Operator op) {
  switch (op) {
    case Operator::kAdd:
      return make_kernel([](T a, T b) { return a + b; });
    case Operator::kSubtract:
      return make_kernel([](T a, T b) { return a - b; });
    case Operator::kMultiply:
      return make_kernel([](T a, T b) { return a * b; });
    case Operator::kDivide:
      return make_kernel([](T a, T b) { return a / b; });
    case Operator::kRemainder:
      break;
  }
  CHECK_MSG(false, "operator {}", static_cast<int>(op));
}

struct DecimalOperands {
  int32_t a_scale = 0, b_scale = 0;
  DecimalShape to;
};

// Sums and products whose type was not capped at 38 digits always fit: plain arithmetic. It is done unsigned, because
// rows that are NULL or unselected go through it too, with whatever they hold.
template <class A, class B, class R>
ScalarFunctionPtr exact_decimal_kernel(Operator op, const DecimalOperands& operands) {
  using U = std::conditional_t<std::is_same_v<R, int64_t>, uint64_t, uint128>;
  if (op == Operator::kMultiply) {
    return make_total_kernel([](A a, B b) { return static_cast<R>(static_cast<U>(a) * static_cast<U>(b)); });
  }
  const auto a_factor = static_cast<U>(decimal_power(operands.to.scale - operands.a_scale));
  const auto b_factor = static_cast<U>(decimal_power(operands.to.scale - operands.b_scale));
  const U signed_factor = op == Operator::kAdd ? b_factor : U{0} - b_factor;
  return make_total_kernel([a_factor, signed_factor](A a, B b) {
    return static_cast<R>(static_cast<U>(a) * a_factor + static_cast<U>(b) * signed_factor);
  });
}

template <class A, class B, class R>
ScalarFunctionPtr checked_decimal_kernel(Operator op, const DecimalOperands& operands) {
  return make_kernel([op, o = operands](RowContext& row, A a, B b) -> std::optional<R> {
    switch (op) {
      case Operator::kAdd:
        return decimal_or_null<R>(row, add_decimals(a, o.a_scale, b, o.b_scale, o.to));
      case Operator::kSubtract:
        return decimal_or_null<R>(row, add_decimals(a, o.a_scale, -static_cast<int128>(b), o.b_scale, o.to));
      case Operator::kMultiply:
        return decimal_or_null<R>(row, multiply_decimals(a, b, o.a_scale + o.b_scale, o.to));
      case Operator::kDivide:
      case Operator::kRemainder:
        break;
    }
    if (b == 0) {
      row.fail("Division by zero");
      return std::nullopt;
    }
    return decimal_or_null<R>(row, op == Operator::kDivide ? divide_decimals(a, o.a_scale, b, o.b_scale, o.to)
                                                           : remainder_decimals(a, o.a_scale, b, o.b_scale, o.to));
  });
}

Type decimal_result(Operator op, const Type& a, const Type& b) {
  switch (op) {
    case Operator::kAdd:
    case Operator::kSubtract:
      return decimal_sum_type(a, b);
    case Operator::kMultiply:
      return decimal_product_type(a, b);
    case Operator::kDivide:
      return decimal_quotient_type(a, b);
    case Operator::kRemainder:
      return decimal_remainder_type(a, b);
  }
  CHECK_MSG(false, "operator {}", static_cast<int>(op));
}

// True where the digits of every possible result fit: nothing was capped.
bool always_fits(Operator op, const Type& a, const Type& b) {
  if (op == Operator::kMultiply) return a.precision + b.precision + 1 <= kDecimalPrecisionMax;
  if (op != Operator::kAdd && op != Operator::kSubtract) return false;
  return std::max(a.scale, b.scale) + std::max(a.precision - a.scale, b.precision - b.scale) + 1 <=
         kDecimalPrecisionMax;
}

// `a`, `b`: DECIMAL or BIGINT.
ScalarFunctionPtr decimal_kernel(Operator op, const Type& a, const Type& b, const Type& result,
                                 const DecimalOperands& operands, bool exact) {
  return with_wide_integer(a, [&]<class A>() {
    return with_wide_integer(b, [&]<class B>() {
      return with_wide_integer(result, [&]<class R>() {
        return exact ? exact_decimal_kernel<A, B, R>(op, operands) : checked_decimal_kernel<A, B, R>(op, operands);
      });
    });
  });
}

bool is_literal_not_zero(const ExpressionPtr& expression) {
  const auto* literal = expression->try_as<Literal>();
  if (literal == nullptr || literal->value().is_null() || !literal->type().is_exact_numeric()) return false;
  return literal->value().as_integer() != 0;
}

ExpressionPtr bind_decimal(Operator op, const CallSite& site, ExpressionPtr left, ExpressionPtr right) {
  const Type a = decimal_of_exact(left->type()), b = decimal_of_exact(right->type());
  // A BIGINT is read as it lies: as a DECIMAL it would be twice as wide.
  if (left->type().kind != TypeKind::kBigInt) left = coerce(std::move(left), a);
  if (right->type().kind != TypeKind::kBigInt) right = coerce(std::move(right), b);
  const Type type = decimal_result(op, a, b).with_nullable(site.any_nullable());
  const bool divides = op == Operator::kDivide || op == Operator::kRemainder;
  const FunctionProperties properties{.can_fail = divides && !is_literal_not_zero(right)};
  const DecimalOperands operands{a.scale, b.scale, {type.precision, type.scale}};
  ScalarFunctionPtr kernel = decimal_kernel(op, left->type(), right->type(), type, operands, always_fits(op, a, b));
  return make_call(site, std::move(kernel), {std::move(left), std::move(right)}, type, properties);
}

ExpressionPtr bind_arithmetic(Operator op, const CallSite& site) {
  if (site.size() != 2) return nullptr;
  ExpressionPtr left = site.arguments[0], right = site.arguments[1];
  if (left->type().kind == TypeKind::kNull) left = coerce(left, right->type());
  if (right->type().kind == TypeKind::kNull) right = coerce(right, left->type());
  const Type a = left->type(), b = right->type();
  if (!a.is_numeric() || !b.is_numeric()) return nullptr;
  if (a.is_approximate() || b.is_approximate()) {
    if (op == Operator::kRemainder) return nullptr;
    const Type type = common_type(a, b)->with_nullable(site.any_nullable());
    const bool single = type.kind == TypeKind::kFloat;
    return make_call(site, single ? real_kernel<float>(op) : real_kernel<double>(op),
                     {coerce(left, type), coerce(right, type)}, type);
  }
  if (a.kind == TypeKind::kDecimal || b.kind == TypeKind::kDecimal) return bind_decimal(op, site, left, right);
  const Type wide = common_type(a, b)->with_nullable(site.any_nullable());
  const bool divides = op == Operator::kDivide || op == Operator::kRemainder;
  const FunctionProperties properties{.can_fail = divides && !is_literal_not_zero(right)};
  ExpressionPtr call =
      make_call(site, integer_kernel(op, wide), {coerce(left, wide), coerce(right, wide)}, wide, properties);
  // The remainder has the divisor's type, which its magnitude always fits.
  return op == Operator::kRemainder ? make_cast(std::move(call), b, false, site.location) : call;
}

template <class T>
ScalarFunctionPtr negation() {
  return make_kernel([](RowContext& row, T value) {
    if (value == std::numeric_limits<T>::min()) row.overflow();
    return WrappingSubtract<T>::apply(0, value);
  });
}

ScalarFunctionPtr negation_of(const Type& type) {
  switch (type.physical()) {
    case PhysicalType::kInt8:
      return negation<int8_t>();
    case PhysicalType::kInt16:
      return negation<int16_t>();
    case PhysicalType::kInt32:
      return negation<int32_t>();
    case PhysicalType::kInt64:
      return negation<int64_t>();
    case PhysicalType::kInt128:
      return make_kernel([](int128 value) { return -value; });
    case PhysicalType::kFloat32:
      return make_kernel([](float value) { return -value; });
    default:
      CHECK(type.physical() == PhysicalType::kFloat64);
      return make_kernel([](double value) { return -value; });
  }
}

ExpressionPtr bind_minus(const CallSite& site) {
  if (site.size() != 1 || !(site.type(0).is_numeric() || site.type(0).is_interval())) return nullptr;
  return make_strict_call(site, negation_of(site.type(0)), site.type(0));
}

ExpressionPtr bind_plus(const CallSite& site) {
  if (site.size() != 1 || !(site.type(0).is_numeric() || site.type(0).is_interval())) return nullptr;
  return site.arguments[0];
}

}  // namespace

void register_arithmetic_functions(FunctionRegistry& registry) {
  const auto binary = [&](std::string_view name, Operator op, FunctionDoc doc) {
    registry.with_rule(name, doc, [op](const CallSite& site) { return bind_arithmetic(op, site); });
  };
  binary("+", Operator::kAdd, {"number + number", "Sum.", "1 + 2 = 3"});
  binary("-", Operator::kSubtract, {"number - number", "Difference.", "3 - 1 = 2"});
  binary("*", Operator::kMultiply, {"number * number", "Product.", "2 * 1.5 = 3.0"});
  binary("/", Operator::kDivide, {"number / number", "Quotient; of integers, without its fraction.", "7 / 2 = 3"});
  const FunctionDoc remainder = {"exact % exact", "Remainder, with the sign of the first number.", "-5 % 3 = -2"};
  binary("%", Operator::kRemainder, remainder);
  binary("MOD", Operator::kRemainder, {"MOD(a, b)", "Remainder, with the sign of a.", "MOD(-5, 3) = -2"});
  registry.with_rule("-", {"- number", "The number with its sign changed.", "-(1 + 2) = -3"}, bind_minus);
  registry.with_rule("+", {"+ number", "The number itself.", "+(1 + 2) = 3"}, bind_plus);
}

}  // namespace tidemill
