// expr/cast_numeric.cc - casts among numbers and BOOLEAN. Rule: as the JVM converts: narrowing integers keep the low
// bits, floating point truncates and saturates (BYTE and SHORT by way of INT), what a DECIMAL cannot hold is NULL.
#include <cmath>
#include <limits>

#include "data/decimal.h"
#include "expr/cast_kernel.h"
#include "expr/decimal_result.h"
#include "expr/typed_function.h"

namespace tidemill {
namespace {

// Java's d2i and d2l: NaN gives 0, what is out of range the nearest end of the range.
template <class Integer>
Integer saturate(double value) {
  if (std::isnan(value)) return 0;
  constexpr double kLimit = -static_cast<double>(std::numeric_limits<Integer>::min());  // exactly 2^31 or 2^63
  if (value >= kLimit) return std::numeric_limits<Integer>::max();
  if (value < -kLimit) return std::numeric_limits<Integer>::min();
  return static_cast<Integer>(value);
}

template <class To>
To integer_of(double value) {
  if constexpr (sizeof(To) < sizeof(int32_t)) {
    return static_cast<To>(saturate<int32_t>(value));
  } else {
    return saturate<To>(value);
  }
}

// Calls body<T>() with the C++ type of a numeric type other than DECIMAL.
template <class Body>
ScalarFunctionPtr with_plain_number(const Type& type, Body body) {
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return body.template operator()<int8_t>();
    case TypeKind::kSmallInt:
      return body.template operator()<int16_t>();
    case TypeKind::kInteger:
      return body.template operator()<int32_t>();
    case TypeKind::kBigInt:
      return body.template operator()<int64_t>();
    case TypeKind::kFloat:
      return body.template operator()<float>();
    case TypeKind::kDouble:
      return body.template operator()<double>();
    default:
      CHECK_MSG(false, "not a plain number: {}", type.to_string());
  }
}

// Calls body<T>() with int64_t or int128, as the DECIMAL lies in memory.
template <class Body>
ScalarFunctionPtr with_decimal(const Type& type, Body body) {
  if (type.physical() == PhysicalType::kInt64) return body.template operator()<int64_t>();
  return body.template operator()<int128>();
}

// A cast of numbers that nearly all fit: all rows are converted in a loop without branches, those that are NULL or
// unselected too; where one of them does not fit, each row is by itself.
template <class From, class To, class Fits>
class MostlyFittingCast final : public ScalarFunction {
 public:
  // `each`: the kernel that looks at every row.
  MostlyFittingCast(Fits fits, ScalarFunctionPtr each) : fits_(std::move(fits)), each_(std::move(each)) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    const Decoded<From> values = call.arguments[0]->template decode<From>();
    constexpr int32_t kDenseSelectedShare = 4;  // worth it where at least one row in four is selected
    if (!values.is_flat() || call.selection.size() < call.num_rows() / kDenseSelectedShare)
      return each_->evaluate(call);
    bool all_null = false;
    ResultColumn<To> out(call.result_type, call.num_rows());
    out.set_validity(combine_validity(call.arguments, call.num_rows(), all_null));
    return convert(values.values(), call.num_rows(), out.values()) ? out.finish() : each_->evaluate(call);
  }

 private:
  bool convert(const From* from, int32_t rows, To* to) const {
    bool all_fit = true;
    for (int32_t row = 0; row < rows; ++row) {
      to[row] = static_cast<To>(from[row]);
      all_fit &= fits_(from[row]);
    }
    return all_fit;
  }

  Fits fits_;
  ScalarFunctionPtr each_;
};

template <class From, class To, class Fits>
ScalarFunctionPtr mostly_fitting(Fits fits, ScalarFunctionPtr each) {
  return std::make_shared<MostlyFittingCast<From, To, Fits>>(std::move(fits), std::move(each));
}

template <class From, class To>
ScalarFunctionPtr plain_to_plain() {
  if constexpr (std::is_integral_v<From> && std::is_integral_v<To> && sizeof(To) < sizeof(From)) {
    ScalarFunctionPtr each = make_kernel([](RowContext& row, From value) {
      const auto narrowed = static_cast<To>(value);
      if (narrowed != value) row.overflow();
      return narrowed;
    });
    return mostly_fitting<From, To>([](From value) { return static_cast<To>(value) == value; }, std::move(each));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return make_kernel([](From value) { return integer_of<To>(value); });
  } else {
    return make_kernel([](From value) { return static_cast<To>(value); });
  }
}

// To a type that holds every value with `digits` more behind the point: nothing is checked. It is done unsigned,
// because rows that are NULL or unselected go through it too, with whatever they hold.
template <class From, class To>
ScalarFunctionPtr scale_up(int32_t digits) {
  using U = std::conditional_t<std::is_same_v<To, int64_t>, uint64_t, uint128>;
  const auto factor = static_cast<U>(decimal_power(digits));
  return make_total_kernel([factor](From value) { return static_cast<To>(static_cast<U>(value) * factor); });
}

template <class From, class Out>
ScalarFunctionPtr plain_to_decimal(DecimalShape to, bool is_try) {
  if constexpr (std::is_floating_point_v<From>) {
    return make_kernel([to, is_try](RowContext& row, From value) -> std::optional<Out> {
      if (!std::isfinite(value)) {
        if (is_try) return std::nullopt;
        row.fail(fmt::format("Cannot cast {} to {}", std::isnan(value) ? "NaN" : "Infinity",
                             row.result_type().with_nullable(true).to_string()));
        return std::nullopt;
      }
      return decimal_or_null<Out>(row, double_to_decimal(value, to));
    });
  } else {
    if (std::numeric_limits<From>::digits10 + 1 + to.scale <= to.precision) return scale_up<From, Out>(to.scale);
    return make_kernel([to](RowContext& row, From value) -> std::optional<Out> {
      return decimal_or_null<Out>(row, rescale_decimal(value, 0, to));
    });
  }
}

template <class From, class To>
ScalarFunctionPtr decimal_to_plain(int32_t scale) {
  if constexpr (std::is_floating_point_v<To>) {
    return make_kernel([scale](From value) { return static_cast<To>(decimal_to_double(value, scale)); });
  } else {
    const int128 divisor = decimal_power(scale);
    return make_kernel([divisor](RowContext& row, From value) {
      const int128 whole = value / divisor;
      const auto narrowed = static_cast<To>(static_cast<int64_t>(whole));
      if (narrowed != whole) row.overflow();
      return narrowed;
    });
  }
}

template <class From, class To>
ScalarFunctionPtr decimal_to_decimal(DecimalShape from, DecimalShape to) {
  const int32_t scale = from.scale;
  if (to.scale >= scale && from.precision - scale <= to.precision - to.scale)
    return scale_up<From, To>(to.scale - scale);
  ScalarFunctionPtr each = make_kernel([scale, to](RowContext& row, From value) -> std::optional<To> {
    return decimal_or_null<To>(row, rescale_decimal(value, scale, to));
  });
  if (to.scale != scale) return each;
  // Here `to` has fewer digits, so that its limit is a From too.
  const auto limit = static_cast<From>(decimal_power(to.precision));
  return mostly_fitting<From, To>([limit](From value) { return (value < limit) & (value > -limit); }, std::move(each));
}

CastKernel to_boolean(const Type& from) {
  if (from.kind == TypeKind::kDecimal) {
    return {with_decimal(from, []<class From>() { return make_kernel([](From value) { return value != 0; }); })};
  }
  return {with_plain_number(from, []<class From>() { return make_kernel([](From value) { return value != 0; }); })};
}

CastKernel from_boolean(const Type& to) {
  if (to.kind == TypeKind::kDecimal) {
    const DecimalShape shape{to.precision, to.scale};
    return {with_decimal(to, [&]<class To>() {
      return make_kernel([shape](RowContext& row, bool value) -> std::optional<To> {
        return decimal_or_null<To>(row, rescale_decimal(value ? 1 : 0, 0, shape));
      });
    })};
  }
  return {
      with_plain_number(to, []<class To>() { return make_kernel([](bool value) { return static_cast<To>(value); }); })};
}

}  // namespace

CastKernel make_numeric_cast(const Type& from, const Type& to, bool is_try) {
  const bool from_bool = from.kind == TypeKind::kBoolean, to_bool = to.kind == TypeKind::kBoolean;
  if (!(from_bool || from.is_numeric()) || !(to_bool || to.is_numeric()) || (from_bool && to_bool)) return {};
  if (to_bool) return to_boolean(from);
  if (from_bool) return from_boolean(to);
  const DecimalShape shape{to.precision, to.scale};
  if (from.kind == TypeKind::kDecimal && to.kind == TypeKind::kDecimal) {
    return {with_decimal(from, [&]<class From>() {
      return with_decimal(
          to, [&]<class To>() { return decimal_to_decimal<From, To>({from.precision, from.scale}, shape); });
    })};
  }
  if (from.kind == TypeKind::kDecimal) {
    return {with_decimal(from, [&]<class From>() {
      return with_plain_number(to, [&]<class To>() { return decimal_to_plain<From, To>(from.scale); });
    })};
  }
  if (to.kind == TypeKind::kDecimal) {
    return {with_plain_number(from,
                              [&]<class From>() {
                                return with_decimal(
                                    to, [&]<class Out>() { return plain_to_decimal<From, Out>(shape, is_try); });
                              }),
            from.is_approximate()};
  }
  return {with_plain_number(from, [&]<class From>() {
    return with_plain_number(to, []<class To>() { return plain_to_plain<From, To>(); });
  })};
}

}  // namespace tidemill
