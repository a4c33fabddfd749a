// data/decimal_text.cc - DECIMAL as text, both ways; declared in data/decimal.h.
#include <algorithm>
#include <charconv>

#include "data/decimal.h"
#include "data/number_text.h"

namespace tidemill {
namespace {

constexpr int32_t kBigDecimalPlainExponentMin = -6;  // java.math.BigDecimal.toString: plain from 10^-6 up
constexpr int32_t kParsedDigitsMax = 39;             // one more than fits, so that rounding sees the next digit

// Writes the decimal digits of a magnitude backwards from `end`; returns where they begin. At least one digit.
char* write_digits(uint128 magnitude, char* end) {
  do {
    *--end = static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
  } while (magnitude != 0);
  return end;
}

uint128 magnitude_of(int128 value) { return value < 0 ? -static_cast<uint128>(value) : static_cast<uint128>(value); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void append_decimal(std::string& out, int128 unscaled, int32_t scale) {
  char buffer[48];
  char* const end = buffer + sizeof(buffer);
  const char* begin = write_digits(magnitude_of(unscaled), end);
  auto digits = static_cast<int32_t>(end - begin);
  if (unscaled < 0) out += '-';
  if (digits <= scale) {
    out += '0';
  } else {
    out.append(begin, static_cast<size_t>(digits - scale));
    begin += digits - scale;
    digits = scale;
  }
  if (scale == 0) return;
  out += '.';
  out.append(static_cast<size_t>(scale - digits), '0');
  out.append(begin, static_cast<size_t>(digits));
}

void append_big_decimal(std::string& out, int128 unscaled, int32_t scale) {
  char buffer[48];
  char* const end = buffer + sizeof(buffer);
  const char* begin = write_digits(magnitude_of(unscaled), end);
  const auto digits = static_cast<int32_t>(end - begin);
  const int32_t exponent = digits - 1 - scale;
  if (exponent >= kBigDecimalPlainExponentMin) return append_decimal(out, unscaled, scale);
  if (unscaled < 0) out += '-';
  out += *begin;
  if (digits > 1) {
    out += '.';
    out.append(begin + 1, static_cast<size_t>(digits - 1));
  }
  out += 'E';
  append_integer(out, exponent);
}

DecimalParse parse_decimal(std::string_view text, DecimalShape to, int128& unscaled) {
  text = trim_spaces(text);
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  int128 digits = 0;        // the significant digits, as many as are kept
  int32_t kept = 0;         // how many
  int64_t point_shift = 0;  // value = digits * 10^point_shift
  bool any_digit = false, after_point = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(text[i])) break;
    any_digit = true;
    if (kept < kParsedDigitsMax - 1) {
      digits = digits * 10 + (text[i] - '0');
      kept += digits != 0 ? 1 : 0;
      point_shift -= after_point ? 1 : 0;
    } else {
      // A dropped digit: only 5 and above right behind the last kept one could matter, and no type has room for it.
      point_shift += after_point ? 0 : 1;
    }
  }
  if (!any_digit) return DecimalParse::kMalformed;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return DecimalParse::kMalformed;
    size_t from = i + 1;
    if (from < text.size() && text[from] == '+' && from + 1 < text.size() && is_digit(text[from + 1])) ++from;
    int32_t exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + from, text.data() + text.size(), exponent);
    if (error == std::errc::invalid_argument || end != text.data() + text.size()) return DecimalParse::kMalformed;
    if (error == std::errc::result_out_of_range) exponent = text[from] == '-' ? -100000 : 100000;
    point_shift += exponent;
  }
  if (negative) digits = -digits;
  if (digits == 0) {
    unscaled = 0;
    return DecimalParse::kOk;
  }
  if (point_shift > kDecimalPrecisionMax) return DecimalParse::kOverflow;
  std::optional<int128> result;
  if (point_shift > 0) {
    int128 whole;
    if (__builtin_mul_overflow(digits, decimal_power(static_cast<int32_t>(point_shift)), &whole))
      return DecimalParse::kOverflow;
    result = rescale_decimal(whole, 0, to);
  } else if (-point_shift - to.scale > kDecimalPrecisionMax) {
    result = 0;
  } else {
    result = rescale_decimal(digits, static_cast<int32_t>(-point_shift), to);
  }
  if (!result) return DecimalParse::kOverflow;
  unscaled = *result;
  return DecimalParse::kOk;
}

}  // namespace tidemill
