#include "data/number_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "data/decimal.h"

namespace tidemill {
namespace {

// Digits d1 d2 … dn of a shortest form and the power of ten of the first one.
struct ShortestDigits {
  char digits[32];
  int32_t count = 0;
  int32_t exponent = 0;
};

// Reads the digits out of "d.ddde±xx".
void take_digits(const char* begin, const char* end, ShortestDigits& result) {
  result.count = 0;
  const char* at = begin;
  for (; at != end && *at != 'e'; ++at) {
    if (*at != '.') result.digits[result.count++] = *at;
  }
  std::from_chars(at + (at[1] == '+' ? 2 : 1), end, result.exponent);
}

// Java prints at least two digits, and where one would do, the two nearest to the value (4.9E-324, not 5.0E-324).
template <class Float>
ShortestDigits shortest_digits(Float magnitude) {
  char buffer[64];
  ShortestDigits result;
  const auto shortest = std::to_chars(buffer, buffer + sizeof(buffer), magnitude, std::chars_format::scientific);
  take_digits(buffer, shortest.ptr, result);
  if (result.count == 1) {
    const auto two = std::to_chars(buffer, buffer + sizeof(buffer), magnitude, std::chars_format::scientific, 1);
    take_digits(buffer, two.ptr, result);
  }
  return result;
}

// Java: plain from 10^-3 up to 10^7, otherwise d.dddE±x; at least one digit on both sides of the point.
template <class Float>
void append_floating(std::string& out, Float value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) out += '-';
  if (std::isinf(value)) {
    out += "Infinity";
    return;
  }
  if (value == 0) {
    out += "0.0";
    return;
  }
  const ShortestDigits shortest = shortest_digits(std::abs(value));
  const std::string_view digits(shortest.digits, static_cast<size_t>(shortest.count));
  const int32_t exponent = shortest.exponent;
  constexpr int32_t kPlainExponentMin = -3;
  constexpr int32_t kPlainExponentMax = 6;
  if (exponent < kPlainExponentMin || exponent > kPlainExponentMax) {
    out += digits[0];
    out += '.';
    out += digits.substr(1);
    out += 'E';
    append_integer(out, exponent);
  } else if (exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-exponent - 1), '0');
    const size_t significant = digits.find_last_not_of('0') + 1;  // the second digit asked for may be a zero
    out += digits.substr(0, significant);
  } else {
    const auto whole = static_cast<size_t>(exponent) + 1;
    for (size_t i = 0; i < whole; ++i) out += i < digits.size() ? digits[i] : '0';
    out += '.';
    out += whole < digits.size() ? digits.substr(whole) : "0";
  }
}

template <class Float>
std::optional<Float> parse_floating(std::string_view text) {
  text = trim_spaces(text);
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text == "NaN") return std::numeric_limits<Float>::quiet_NaN();
  Float value = 0;
  if (text == "Infinity") {
    value = std::numeric_limits<Float>::infinity();
    return negative ? -value : value;
  }
  if (text.empty() || !(text.front() == '.' || (text.front() >= '0' && text.front() <= '9'))) return std::nullopt;
  if (const char last = text.back(); last == 'd' || last == 'D' || last == 'f' || last == 'F') text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // from_chars does not say which way; a negative exponent (or many leading zeros) means towards zero.
    const size_t exponent = text.find_first_of("eE");
    const bool small =
        exponent != std::string_view::npos ? text[exponent + 1] == '-' : text.front() == '.' || text.front() == '0';
    value = small ? Float{0} : std::numeric_limits<Float>::infinity();
  }
  return negative ? -value : value;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr uint64_t kEightDigits = 100'000'000;  // numbers below it have no more

// Returns eight digits as numbers, a byte each, the first in the lowest. Requires: below kEightDigits. Method: halves
// of a number side by side in one word are split at once, into two, four and eight (P. Khuong, How to print integers
// really fast, 2017).
uint64_t eight_digits(uint64_t value) {
  const uint64_t fours = value / 10'000 | value % 10'000 << 32U;
  const uint64_t hundreds = (fours * 10'486 >> 20U) & 0x0000'007F'0000'007FU;
  const uint64_t twos = hundreds | (fours - hundreds * 100) << 16U;
  const uint64_t tens = (twos * 103 >> 10U) & 0x000F'000F'000F'000FU;
  return tens | (twos - tens * 10) << 8U;
}

// Writes eight digits but for the first `left_out`, over eight bytes in any case.
char* write_digits(char* to, uint64_t digits, uint32_t left_out) {
  static_assert(std::endian::native == std::endian::little);
  const uint64_t text = (digits + 0x3030'3030'3030'3030U) >> (8 * left_out);
  std::memcpy(to, &text, sizeof(text));
  return to + (sizeof(text) - left_out);
}

// Writes a number below kEightDigits without zeros before it.
char* write_short(char* to, uint64_t value) {
  const uint64_t digits = eight_digits(value);
  constexpr uint64_t kLastDigit = uint64_t{1} << 56U;  // stands even where it is zero
  return write_digits(to, digits, static_cast<uint32_t>(std::countr_zero(digits | kLastDigit)) / 8);
}

// Writes any number.
char* write_long(char* to, uint64_t value) {
  if (value < kEightDigits) return write_short(to, value);
  return write_digits(write_long(to, value / kEightDigits), eight_digits(value % kEightDigits), 0);
}

}  // namespace

std::string_view trim_spaces(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

void append_double(std::string& out, double value) { append_floating(out, value); }
void append_float(std::string& out, float value) { append_floating(out, value); }

void append_integer(std::string& out, int64_t value) {
  char buffer[kIntegerCharactersMax];
  out.append(buffer, static_cast<size_t>(write_integer(buffer, value) - buffer));
}

char* write_integer(char* to, int64_t value) {
  auto rest = static_cast<uint64_t>(value);
  if (value < 0) {
    *to++ = '-';
    rest = uint64_t{0} - rest;
  }
  return write_long(to, rest);
}

template <class T>
std::optional<T> parse_integer(std::string_view text) {
  text = trim_spaces(text);
  if (text.empty()) return std::nullopt;
  bool negative = false;
  if (text.front() == '-' || text.front() == '+') {
    negative = text.front() == '-';
    text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
  }
  int64_t value = 0;  // counted downwards: the smallest value has no positive twin
  size_t i = 0;
  for (; i < text.size() && text[i] != '.'; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    if (__builtin_mul_overflow(value, int64_t{10}, &value)) return std::nullopt;
    if (__builtin_sub_overflow(value, int64_t{text[i] - '0'}, &value)) return std::nullopt;
  }
  for (size_t j = i + 1; j < text.size(); ++j) {
    if (!is_digit(text[j])) return std::nullopt;
  }
  if (!negative) {
    if (value == std::numeric_limits<int64_t>::min()) return std::nullopt;
    value = -value;
  }
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) return std::nullopt;
  return static_cast<T>(value);
}
template std::optional<int8_t> parse_integer<int8_t>(std::string_view);
template std::optional<int16_t> parse_integer<int16_t>(std::string_view);
template std::optional<int32_t> parse_integer<int32_t>(std::string_view);
template std::optional<int64_t> parse_integer<int64_t>(std::string_view);

std::optional<double> parse_double(std::string_view text) { return parse_floating<double>(text); }
std::optional<float> parse_float(std::string_view text) { return parse_floating<float>(text); }

std::optional<bool> parse_boolean(std::string_view text) {
  for (const std::string_view yes : {"true", "t", "yes", "y", "1"}) {
    if (equals_ignoring_case(text, yes)) return true;
  }
  for (const std::string_view no : {"false", "f", "no", "n", "0"}) {
    if (equals_ignoring_case(text, no)) return false;
  }
  return std::nullopt;
}

}  // namespace tidemill
