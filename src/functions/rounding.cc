// ABS, SIGN, FLOOR, CEIL, ROUND, TRUNCATE of numbers. Integers stay integers of their type and wrap; DECIMALs get
// Flink's result types; ROUND with a number of places that is no literal keeps the type as it is.
#include <cmath>

#include "data/decimal.h"
#include "expr/decimal_result.h"
#include "functions/bind.h"
#include "functions/decimal_places.h"
#include "functions/families.h"

namespace tidemill {
namespace {

// Calls body<T>() with the C++ type of a numeric type.
template <class Body>
ScalarFunctionPtr with_number(const Type& type, Body body) {
  switch (type.physical()) {
    case PhysicalType::kInt8:
      return body.template operator()<int8_t>();
    case PhysicalType::kInt16:
      return body.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return body.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return body.template operator()<int64_t>();
    case PhysicalType::kInt128:
      return body.template operator()<int128>();
    case PhysicalType::kFloat32:
      return body.template operator()<float>();
    default:
      CHECK(type.physical() == PhysicalType::kFloat64);
      return body.template operator()<double>();
  }
}

template <class T>
ScalarFunctionPtr absolute_kernel() {
  if constexpr (std::is_floating_point_v<T>) {
    return make_kernel([](T value) { return std::abs(value); });
  } else {
    return make_kernel([](RowContext& row, T value) {
      if (value >= 0) return value;
      if constexpr (!std::is_same_v<T, int128>) {
        if (value == std::numeric_limits<T>::min()) {
          row.overflow();
          return value;
        }
      }
      return static_cast<T>(-value);
    });
  }
}

ExpressionPtr bind_absolute(const CallSite& site) {
  if (site.size() != 1 || !(site.type(0).is_numeric() || site.type(0).is_interval())) return nullptr;
  return make_strict_call(site, with_number(site.type(0), []<class T>() { return absolute_kernel<T>(); }),
                          site.type(0));
}

// 1, 0 or -1 in the argument's own type.
template <class T>
ScalarFunctionPtr sign_kernel(const Type& type) {
  if constexpr (std::is_floating_point_v<T>) {
    return make_kernel([](T value) { return value > 0 ? T{1} : value < 0 ? T{-1} : value; });
  } else {
    const DecimalShape shape{type.precision, type.scale};
    if (type.kind != TypeKind::kDecimal)
      return make_kernel([](T value) { return static_cast<T>((value > 0) - (value < 0)); });
    return make_kernel([shape](RowContext& row, T value) -> std::optional<T> {
      return decimal_or_null<T>(row, rescale_decimal((value > 0) - (value < 0), 0, shape));
    });
  }
}

ExpressionPtr bind_sign(const CallSite& site) {
  if (site.size() != 1 || !site.type(0).is_numeric()) return nullptr;
  const Type& type = site.type(0);
  return make_strict_call(site, with_number(type, [&]<class T>() { return sign_kernel<T>(type); }), type);
}

// The whole number below (FLOOR) or above (CEIL).
template <class From, class To>
ScalarFunctionPtr whole_decimal_kernel(bool up, int32_t scale) {
  return make_kernel([up, unit = decimal_power(scale)](From value) {
    const int128 quotient = value / unit;
    const int128 rest = value % unit;
    return static_cast<To>(up ? quotient + (rest > 0 ? 1 : 0) : quotient - (rest < 0 ? 1 : 0));
  });
}

ExpressionPtr bind_whole(bool up, const CallSite& site) {
  if (site.size() != 1 || !site.type(0).is_numeric()) return nullptr;
  const Type& type = site.type(0);
  if (type.is_integer() || (type.kind == TypeKind::kDecimal && type.scale == 0)) return site.arguments[0];
  if (type.kind == TypeKind::kFloat) {
    return make_strict_call(site, make_kernel([up](float x) { return up ? std::ceil(x) : std::floor(x); }), type);
  }
  if (type.kind == TypeKind::kDouble) {
    return make_strict_call(site, make_kernel([up](double x) { return up ? std::ceil(x) : std::floor(x); }), type);
  }
  const Type result = Type::decimal(type.precision, 0);
  ScalarFunctionPtr kernel = with_wide_integer(type, [&]<class From>() {
    return with_wide_integer(result, [&]<class To>() { return whole_decimal_kernel<From, To>(up, type.scale); });
  });
  return make_strict_call(site, std::move(kernel), result);
}

// Flink's LogicalTypeMerging.findRoundDecimalType.
Type rounded_type(const Type& type, int32_t places) {
  if (places >= type.scale) return type;
  const int32_t digits = type.precision - type.scale + 1;
  if (places < 0) return Type::decimal(std::min(kDecimalPrecisionMax, digits), 0).with_nullable(type.nullable);
  return Type::decimal(digits + places, places).with_nullable(type.nullable);
}

template <class From, class To>
ScalarFunctionPtr decimal_places_kernel(const Type& from, const Type& to, PlacesMode mode) {
  return make_kernel([scale = from.scale, shape = DecimalShape{to.precision, to.scale}, mode](
                         RowContext& row, From value, int32_t places) -> std::optional<To> {
    return decimal_or_null<To>(
        row, rescale_decimal(with_places(static_cast<int128>(value), scale, places, mode), scale, shape));
  });
}

template <class T>
ScalarFunctionPtr places_kernel(PlacesMode mode) {
  return make_kernel([mode](RowContext&, T value, int32_t places) {
    if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(with_places(static_cast<double>(value), places, mode));
    } else {
      return static_cast<T>(static_cast<int64_t>(with_places(static_cast<int128>(value), 0, places, mode)));  // wraps
    }
  });
}

ExpressionPtr bind_places(PlacesMode mode, const CallSite& site) {
  if (site.size() < 1 || site.size() > 2 || !site.type(0).is_numeric()) return nullptr;
  if (site.size() == 2 && !casts_implicitly(site.type(1), Type::integer())) return nullptr;
  const ExpressionPtr places =
      site.size() == 2 ? coerce(site.arguments[1], Type::integer()) : make_literal(Value::integer(0));
  const Type& type = site.type(0);
  const auto* literal = places->try_as<Literal>();
  const bool known = literal != nullptr && !literal->value().is_null();
  Type result = type;
  ScalarFunctionPtr kernel;
  if (type.kind == TypeKind::kDecimal) {
    if (known) result = rounded_type(type, literal->value().as<int32_t>());
    kernel = with_wide_integer(type, [&]<class From>() {
      return with_wide_integer(result, [&]<class To>() { return decimal_places_kernel<From, To>(type, result, mode); });
    });
  } else {
    kernel = with_number(type, [mode]<class T>() { return places_kernel<T>(mode); });
  }
  return make_call(site, std::move(kernel), {site.arguments[0], places}, result.with_nullable(site.any_nullable()));
}

}  // namespace

void register_rounding_functions(FunctionRegistry& registry) {
  registry.with_rule("ABS", {"ABS(x)", "The number without its sign.", "ABS(-1.5) = 1.5"}, bind_absolute);
  registry.with_rule("SIGN", {"SIGN(x)", "1, 0 or -1, as the number's sign.", "SIGN(-5) = -1"}, bind_sign);
  registry.with_rule("FLOOR", {"FLOOR(x)", "The greatest whole number that is not above.", "FLOOR(-1.5) = -2"},
                     [](const CallSite& site) { return bind_whole(false, site); });
  for (const std::string_view name : {"CEIL", "CEILING"}) {
    registry.with_rule(name, {"CEIL(x)", "The smallest whole number that is not below.", "CEIL(1.2) = 2"},
                       [](const CallSite& site) { return bind_whole(true, site); });
  }
  registry.with_rule(
      "ROUND",
      {"ROUND(x [, places])", "Rounded to so many decimal places, halves away from zero.", "ROUND(1.255, 2) = 1.26"},
      [](const CallSite& site) { return bind_places(PlacesMode::kRound, site); });
  registry.with_rule("TRUNCATE",
                     {"TRUNCATE(x [, places])", "Cut to so many decimal places.", "TRUNCATE(42.345, 2) = 42.34"},
                     [](const CallSite& site) { return bind_places(PlacesMode::kTruncate, site); });
}

}  // namespace tidemill
