// data/decimal.h - DECIMAL arithmetic on unscaled integers. Rule: exact, then rounded half up (away from zero at .5) to
// the result's scale; a result with more digits than its precision is nullopt, never a wrong number.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/int128.h"
#include "data/type.h"

namespace tidemill {

// What a result must look like.
struct DecimalShape {
  int32_t precision = 38;
  int32_t scale = 0;
};

// Returns 10^exponent. Requires: 0 <= exponent <= 38.
int128 decimal_power(int32_t exponent);
// True where the unscaled value has at most `precision` digits.
inline bool fits_decimal(int128 unscaled, int32_t precision) {
  const int128 limit = decimal_power(precision);
  return unscaled < limit && unscaled > -limit;
}

// Returns the value under another scale, rounded half up.
std::optional<int128> rescale_decimal(int128 unscaled, int32_t scale, DecimalShape to);
std::optional<int128> add_decimals(int128 a, int32_t a_scale, int128 b, int32_t b_scale, DecimalShape to);
std::optional<int128> multiply_decimals(int128 a, int128 b, int32_t sum_of_scales, DecimalShape to);
// Requires: b != 0.
std::optional<int128> divide_decimals(int128 a, int32_t a_scale, int128 b, int32_t b_scale, DecimalShape to);
// Returns a - b * trunc(a / b): the sign is that of a. Requires: b != 0.
std::optional<int128> remainder_decimals(int128 a, int32_t a_scale, int128 b, int32_t b_scale, DecimalShape to);
// Returns a negative number, 0 or a positive one as a is below, equal to or above b; exact at any scales.
int32_t compare_decimals(int128 a, int32_t a_scale, int128 b, int32_t b_scale);

// Result types of arithmetic (Flink's LogicalTypeMerging), NOT considering nullability. Requires: DECIMAL types.
Type decimal_sum_type(const Type& a, const Type& b);
Type decimal_product_type(const Type& a, const Type& b);
Type decimal_quotient_type(const Type& a, const Type& b);
Type decimal_remainder_type(const Type& a, const Type& b);
// Returns the DECIMAL that holds every value of an integer type: 3, 5, 10 or 19 digits; a DECIMAL itself.
Type decimal_of_exact(const Type& type);

// Returns the nearest double.
double decimal_to_double(int128 unscaled, int32_t scale);
// Rounds the shortest decimal form of a double (as Java's BigDecimal.valueOf). Requires: finite.
std::optional<int128> double_to_decimal(double value, DecimalShape to);

enum class DecimalParse : uint8_t { kOk, kMalformed, kOverflow };
// Reads "12.345", "-.5", "5.", "1e2" with spaces around, rounded half up.
DecimalParse parse_decimal(std::string_view text, DecimalShape to, int128& unscaled);

// Appends "-0.05": all `scale` digits, no exponent.
void append_decimal(std::string& out, int128 unscaled, int32_t scale);
// Appends as Java's BigDecimal.toString does: "1E-7" where the first digit is beyond the sixth place after the point.
void append_big_decimal(std::string& out, int128 unscaled, int32_t scale);

}  // namespace tidemill
