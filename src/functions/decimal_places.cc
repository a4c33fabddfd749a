#include "functions/decimal_places.h"

#include <charconv>
#include <cmath>
#include <string>

#include "data/decimal.h"
#include "data/number_text.h"

namespace tidemill {

double with_places(double value, int32_t places, PlacesMode mode) {
  if (!std::isfinite(value) || value == 0) return value;
  char buffer[64];
  const auto written = std::to_chars(buffer, buffer + sizeof(buffer), std::abs(value), std::chars_format::scientific);
  std::string digits;
  const char* at = buffer;
  for (; *at != 'e'; ++at) {
    if (*at != '.') digits += *at;
  }
  int32_t exponent = 0;  // value = d.ddd * 10^exponent
  std::from_chars(at + (at[1] == '+' ? 2 : 1), written.ptr, exponent);
  const int64_t kept = static_cast<int64_t>(exponent) + 1 + places;
  if (kept >= static_cast<int64_t>(digits.size())) return value;
  if (kept < 0) return 0;
  const bool up = mode == PlacesMode::kRound && digits[static_cast<size_t>(kept)] >= '5';
  digits.resize(static_cast<size_t>(kept));
  digits.insert(digits.begin(), '0');  // takes the carry, and is the number where nothing was kept
  if (up) {
    size_t i = digits.size() - 1;
    for (; digits[i] == '9'; --i) digits[i] = '0';
    ++digits[i];
  }
  digits += 'e';
  append_integer(digits, -static_cast<int64_t>(places));
  double result = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  return std::signbit(value) ? 0 - result : result;
}

int128 with_places(int128 unscaled, int32_t scale, int32_t places, PlacesMode mode) {
  if (places >= scale) return unscaled;
  const int64_t dropped = static_cast<int64_t>(scale) - places;
  if (dropped > kDecimalPrecisionMax) return 0;
  const int128 unit = decimal_power(static_cast<int32_t>(dropped));
  const int128 rest = unscaled % unit;
  const int128 cut = unscaled - rest;
  if (mode == PlacesMode::kTruncate) return cut;
  const int128 magnitude = rest < 0 ? -rest : rest;
  if (magnitude < unit - magnitude) return cut;
  return rest < 0 ? cut - unit : cut + unit;
}

}  // namespace tidemill
