#include "data/decimal.h"

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "data/number_text.h"

namespace tidemill {
namespace {

// Wide enough for a 38-digit numerator scaled by 10^76, the most that a division can ask for.
using Wide = boost::multiprecision::int512_t;

constexpr auto kPowers = [] {
  std::array<int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

Wide widen(int128 value) {
  const bool negative = value < 0;
  const uint128 magnitude = negative ? -static_cast<uint128>(value) : static_cast<uint128>(value);
  Wide wide = static_cast<uint64_t>(magnitude >> 64);
  wide <<= 64;
  wide += static_cast<uint64_t>(magnitude);
  return negative ? Wide(-wide) : wide;
}

Wide wide_power(int32_t exponent) {
  Wide result = 1;
  for (; exponent > kDecimalPrecisionMax; exponent -= kDecimalPrecisionMax) result *= widen(kPowers[38]);
  return result * widen(kPowers[static_cast<size_t>(exponent)]);
}

std::optional<int128> narrow(const Wide& value, int32_t precision) {
  const Wide limit = wide_power(precision);
  if (value >= limit || value <= -limit) return std::nullopt;
  const bool negative = value < 0;
  const Wide magnitude = negative ? Wide(-value) : value;
  const auto high = static_cast<uint64_t>(magnitude >> 64);
  const auto low = static_cast<uint64_t>(magnitude & std::numeric_limits<uint64_t>::max());
  const auto result = static_cast<int128>(static_cast<uint128>(high) << 64 | low);
  return negative ? -result : result;
}

std::optional<int128> checked(int128 value, int32_t precision) {
  if (!fits_decimal(value, precision)) return std::nullopt;
  return value;
}

// Returns numerator / denominator rounded half away from zero. Requires: denominator != 0.
template <class T>
T divide_half_up(const T& numerator, const T& denominator) {
  const T quotient = numerator / denominator;
  const T remainder = numerator % denominator;
  const T twice = remainder < 0 ? T(-remainder) : T(remainder);
  const T magnitude = denominator < 0 ? T(-denominator) : T(denominator);
  if (twice < magnitude - twice) return quotient;
  return (numerator < 0) != (denominator < 0) ? T(quotient - 1) : T(quotient + 1);
}

std::optional<int128> rescale_wide(const Wide& value, int32_t scale, DecimalShape to) {
  if (to.scale >= scale) return narrow(value * wide_power(to.scale - scale), to.precision);
  return narrow(divide_half_up<Wide>(value, wide_power(scale - to.scale)), to.precision);
}

// Lowers scale so that the digits before the point keep their places (Flink: adjustPrecisionScale, after Spark and
// Hive).
Type capped(int32_t precision, int32_t scale) {
  if (precision <= kDecimalPrecisionMax) return Type::decimal(precision, scale);
  const int32_t integer_digits = precision - scale;
  const int32_t kept_scale = std::max(kDecimalPrecisionMax - integer_digits, std::min(scale, 6));
  return Type::decimal(kDecimalPrecisionMax, kept_scale);
}

}  // namespace

int128 decimal_power(int32_t exponent) { return kPowers.at(static_cast<size_t>(exponent)); }

std::optional<int128> rescale_decimal(int128 unscaled, int32_t scale, DecimalShape to) {
  if (to.scale == scale) return checked(unscaled, to.precision);
  if (to.scale < scale) return checked(divide_half_up(unscaled, decimal_power(scale - to.scale)), to.precision);
  int128 result;
  if (__builtin_mul_overflow(unscaled, decimal_power(to.scale - scale), &result)) return std::nullopt;
  return checked(result, to.precision);
}

std::optional<int128> add_decimals(int128 a, int32_t a_scale, int128 b, int32_t b_scale, DecimalShape to) {
  const int32_t scale = std::max(a_scale, b_scale);
  int128 left, right, sum;
  if (!__builtin_mul_overflow(a, decimal_power(scale - a_scale), &left) &&
      !__builtin_mul_overflow(b, decimal_power(scale - b_scale), &right) &&
      !__builtin_add_overflow(left, right, &sum)) {
    return rescale_decimal(sum, scale, to);
  }
  return rescale_wide(widen(a) * wide_power(scale - a_scale) + widen(b) * wide_power(scale - b_scale), scale, to);
}

std::optional<int128> multiply_decimals(int128 a, int128 b, int32_t sum_of_scales, DecimalShape to) {
  int128 product;
  const int32_t dropped = sum_of_scales - to.scale;
  if (!__builtin_mul_overflow(a, b, &product) && dropped >= 0 && dropped <= kDecimalPrecisionMax) {
    return rescale_decimal(product, sum_of_scales, to);
  }
  return rescale_wide(widen(a) * widen(b), sum_of_scales, to);
}

std::optional<int128> divide_decimals(int128 a, int32_t a_scale, int128 b, int32_t b_scale, DecimalShape to) {
  CHECK(b != 0);
  const int32_t shift = to.scale - a_scale + b_scale;
  int128 numerator;
  if (shift >= 0 && shift <= kDecimalPrecisionMax && !__builtin_mul_overflow(a, decimal_power(shift), &numerator)) {
    return checked(divide_half_up(numerator, b), to.precision);
  }
  if (shift >= 0) return narrow(divide_half_up<Wide>(widen(a) * wide_power(shift), widen(b)), to.precision);
  return narrow(divide_half_up<Wide>(widen(a), widen(b) * wide_power(-shift)), to.precision);
}

std::optional<int128> remainder_decimals(int128 a, int32_t a_scale, int128 b, int32_t b_scale, DecimalShape to) {
  CHECK(b != 0);
  const int32_t scale = std::max(a_scale, b_scale);
  int128 left, right;
  if (!__builtin_mul_overflow(a, decimal_power(scale - a_scale), &left) &&
      !__builtin_mul_overflow(b, decimal_power(scale - b_scale), &right)) {
    return rescale_decimal(left % right, scale, to);
  }
  return rescale_wide((widen(a) * wide_power(scale - a_scale)) % (widen(b) * wide_power(scale - b_scale)), scale, to);
}

int32_t compare_decimals(int128 a, int32_t a_scale, int128 b, int32_t b_scale) {
  const int32_t scale = std::max(a_scale, b_scale);
  int128 left, right;
  // A side that does not fit is the larger in magnitude: the other one, at the finer scale already, does fit.
  if (__builtin_mul_overflow(a, decimal_power(scale - a_scale), &left)) return a < 0 ? -1 : 1;
  if (__builtin_mul_overflow(b, decimal_power(scale - b_scale), &right)) return b < 0 ? 1 : -1;
  return left < right ? -1 : left > right ? 1 : 0;
}

Type decimal_sum_type(const Type& a, const Type& b) {
  const int32_t scale = std::max(a.scale, b.scale);
  return capped(scale + std::max(a.precision - a.scale, b.precision - b.scale) + 1, scale);
}

Type decimal_product_type(const Type& a, const Type& b) {
  return capped(a.precision + b.precision + 1, a.scale + b.scale);
}

Type decimal_quotient_type(const Type& a, const Type& b) {
  const int32_t scale = std::max(6, a.scale + b.precision + 1);
  return capped(a.precision - a.scale + b.scale + scale, scale);
}

Type decimal_remainder_type(const Type& a, const Type& b) {
  const int32_t scale = std::max(a.scale, b.scale);
  return capped(std::min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}

Type decimal_of_exact(const Type& type) {
  switch (type.kind) {
    case TypeKind::kTinyInt:
      return Type::decimal(3, 0).with_nullable(type.nullable);
    case TypeKind::kSmallInt:
      return Type::decimal(5, 0).with_nullable(type.nullable);
    case TypeKind::kInteger:
      return Type::decimal(10, 0).with_nullable(type.nullable);
    case TypeKind::kBigInt:
      return Type::decimal(19, 0).with_nullable(type.nullable);
    default:
      CHECK_MSG(type.kind == TypeKind::kDecimal, "not exact: {}", type.to_string());
      return type;
  }
}

double decimal_to_double(int128 unscaled, int32_t scale) {
  constexpr int64_t kExactInteger = int64_t{1} << 53;
  constexpr int32_t kExactPower = 22;  // the largest power of ten that a double holds exactly
  if (unscaled <= kExactInteger && unscaled >= -kExactInteger && scale <= kExactPower) {
    return static_cast<double>(static_cast<int64_t>(unscaled)) / static_cast<double>(decimal_power(scale));
  }
  std::string text;
  append_decimal(text, unscaled, scale);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<int128> double_to_decimal(double value, DecimalShape to) {
  std::string text;
  append_double(text, value);
  int128 unscaled;
  if (parse_decimal(text, to, unscaled) != DecimalParse::kOk) return std::nullopt;
  return unscaled;
}

}  // namespace tidemill
