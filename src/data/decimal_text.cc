// data/decimal_text.cc - DECIMAL as text, both ways; declared in data/decimal.h.
#include <algorithm>
#include <charconv>

#include "data/decimal.h"
#include "data/number_text.h"

namespace tidemill {
namespace {

constexpr int32_t kBigDecimalPlainExponentMin = -6;  // java.math.BigDecimal.toString: plain from 10^-6 up

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

// A number as it was written: digits * 10^exponent, of which the first 38 significant digits are kept.
struct WrittenDecimal {
  int128 digits = 0;
  int64_t exponent = 0;
  bool next_digit_is_half = false;  // the first digit that is not kept is 5 or more
};

// Reads digits with at most one point; returns how many bytes they take, 0 where there is no digit.
size_t scan_digits(std::string_view text, WrittenDecimal& number) {
  int32_t kept = 0, dropped = 0;
  bool any_digit = false, after_point = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(text[i])) break;
    any_digit = true;
    if (kept < kDecimalPrecisionMax) {
      number.digits = number.digits * 10 + (text[i] - '0');
      kept += number.digits != 0 ? 1 : 0;
      number.exponent -= after_point ? 1 : 0;
    } else {
      if (dropped++ == 0) number.next_digit_is_half = text[i] >= '5';
      number.exponent += after_point ? 0 : 1;
    }
  }
  return any_digit ? i : 0;
}

// Reads "e12", "E+12", "e-12" to the end of the text; false where it is malformed.
bool scan_exponent(std::string_view text, int64_t& exponent) {
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.size() >= 2 && text[0] == '+' && is_digit(text[1])) text.remove_prefix(1);
  int32_t written = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), written);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return false;
  constexpr int32_t kBeyondAnyDecimal = 1000000000;
  if (error == std::errc::result_out_of_range) written = text[0] == '-' ? -kBeyondAnyDecimal : kBeyondAnyDecimal;
  exponent += written;
  return true;
}

// Returns the number in the shape asked for; nullopt where it has too many digits.
std::optional<int128> shape_written(const WrittenDecimal& number, DecimalShape to) {
  if (number.digits == 0) return 0;
  if (number.exponent > kDecimalPrecisionMax) return std::nullopt;
  if (number.exponent > 0) {
    int128 whole;
    const int128 power = decimal_power(static_cast<int32_t>(number.exponent));
    if (__builtin_mul_overflow(number.digits, power, &whole)) return std::nullopt;
    return rescale_decimal(whole, 0, to);
  }
  if (-number.exponent - to.scale > kDecimalPrecisionMax) return 0;
  // Where rounding falls on a kept digit, the ones behind cannot change it: halves go up whatever follows.
  const bool round_up = number.next_digit_is_half && -number.exponent == to.scale;
  return rescale_decimal(number.digits + (round_up ? 1 : 0), static_cast<int32_t>(-number.exponent), to);
}

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
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  WrittenDecimal number;
  const size_t digits = scan_digits(text, number);
  if (digits == 0 || !scan_exponent(text.substr(digits), number.exponent)) return DecimalParse::kMalformed;
  const std::optional<int128> result = shape_written(number, to);
  if (!result) return DecimalParse::kOverflow;
  unscaled = negative ? -*result : *result;
  return DecimalParse::kOk;
}

}  // namespace tidemill
