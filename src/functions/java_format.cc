#include "functions/java_format.h"

#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "data/java_hash.h"
#include "functions/java_conversions.h"
#include "functions/letter_case.h"
#include "functions/string_pieces.h"

namespace tidemill {
namespace {

constexpr int32_t kWidthMax = 1 << 16;  // of one value: a row of PRINTF stays small
constexpr int32_t kRealPrecisionDefault = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads a number at `at`; nullopt where there is none, or one beyond the limit.
std::optional<int32_t> read_number(std::string_view text, size_t& at) {
  int32_t value = 0;
  const size_t begin = at;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    value = value * 10 + (text[at] - '0');
    if (value > kWidthMax) return std::nullopt;
  }
  return at == begin ? std::nullopt : std::optional(value);
}

// A finite magnitude as decimal digits: 0.d1d2d3… times 10^point.
struct DecimalDigits {
  std::string digits;
  int32_t point = 0;
};

// The shortest digits that read back to the value, which is what Java rounds.
DecimalDigits digits_of(double magnitude) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), magnitude, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t e = text.find('e');
  DecimalDigits result;
  for (const char c : text.substr(0, e)) {
    if (c != '.') result.digits += c;
  }
  const size_t sign = text[e + 1] == '+' ? 2 : 1;
  std::from_chars(buffer + e + sign, end, result.point);
  ++result.point;
  if (magnitude == 0) result = {"0", 1};
  return result;
}

// Rounds to `count` digits, halves up; the number of digits may become 0 or grow by the carry.
void round_to(DecimalDigits& number, int32_t count) {
  if (count < 0) {
    number = {"", number.point};
    return;
  }
  if (static_cast<size_t>(count) >= number.digits.size()) return;
  const bool up = number.digits[static_cast<size_t>(count)] >= '5';
  number.digits.resize(static_cast<size_t>(count));
  if (!up) return;
  size_t i = number.digits.size();
  while (i > 0 && number.digits[i - 1] == '9') number.digits[--i] = '0';
  if (i > 0) {
    ++number.digits[i - 1];
  } else {
    number.digits.insert(number.digits.begin(), '1');
    ++number.point;
  }
}

std::string grouped(std::string_view digits) {
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

struct RealText {
  std::string whole, rest;  // rest: the point, the fraction, the exponent
};

RealText fixed_text(double magnitude, int32_t precision, bool alternate) {
  DecimalDigits number = digits_of(magnitude);
  round_to(number, number.point + precision);
  RealText text;
  for (int32_t i = 0; i < number.point + precision; ++i) {
    const bool known = static_cast<size_t>(i) < number.digits.size();
    (i < number.point ? text.whole : text.rest) += known ? number.digits[static_cast<size_t>(i)] : '0';
  }
  if (number.point <= 0) {  // 0.00d1d2…: the zeros between the point and the first digit
    const auto zeros = static_cast<size_t>(std::min(-number.point, precision));
    text.whole = "0";
    text.rest = std::string(zeros, '0') + text.rest;
  }
  text.rest.resize(static_cast<size_t>(precision), '0');
  if (precision > 0 || alternate) text.rest.insert(text.rest.begin(), '.');
  return text;
}

RealText scientific_text(double magnitude, int32_t precision, bool alternate) {
  DecimalDigits number = digits_of(magnitude);
  round_to(number, precision + 1);
  number.digits.resize(static_cast<size_t>(precision) + 1, '0');
  const int32_t exponent = magnitude == 0 ? 0 : number.point - 1;
  RealText text{number.digits.substr(0, 1), number.digits.substr(1)};
  if (precision > 0 || alternate) text.rest.insert(text.rest.begin(), '.');
  text.rest += fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  return text;
}

RealText real_text(char conversion, double magnitude, int32_t precision, bool alternate) {
  if (precision < 0) precision = kRealPrecisionDefault;
  if (conversion == 'f') return fixed_text(magnitude, precision, alternate);
  if (conversion == 'e') return scientific_text(magnitude, precision, alternate);
  if (precision == 0) precision = 1;
  if (magnitude == 0) return fixed_text(0, precision - 1, alternate);
  DecimalDigits rounded = digits_of(magnitude);
  round_to(rounded, precision);
  const int32_t exponent = rounded.point - 1;
  if (exponent >= -4 && exponent < precision) return fixed_text(magnitude, precision - exponent - 1, alternate);
  return scientific_text(magnitude, precision - 1, alternate);
}

std::string upper(const std::string& text) {
  std::string out;
  append_upper(out, text);
  return out;
}

// Signs and zeros around the digits of a number.
template <class Piece>
std::string signed_text(const Piece& piece, bool negative, std::string digits, std::string_view rest) {
  std::string sign, tail;
  if (negative) {
    sign = piece.bracketed ? "(" : "-";
    tail = piece.bracketed ? ")" : "";
  } else if (piece.plus) {
    sign = "+";
  } else if (piece.space) {
    sign = " ";
  }
  const auto length = static_cast<int32_t>(sign.size() + digits.size() + rest.size() + tail.size());
  if (piece.zero && length < piece.width) digits.insert(0, static_cast<size_t>(piece.width - length), '0');
  return sign + digits + std::string(rest) + tail;
}

template <class Piece>
std::string integer_text(const Piece& piece, const FormatInteger& integer) {
  if (piece.conversion == 'd') {
    const bool negative = integer.value < 0;
    const uint64_t magnitude =
        negative ? 0 - static_cast<uint64_t>(integer.value) : static_cast<uint64_t>(integer.value);
    const std::string digits = fmt::format("{}", magnitude);
    return signed_text(piece, negative, piece.grouped ? grouped(digits) : digits, "");
  }
  const uint64_t mask = integer.bytes == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * integer.bytes)) - 1;
  const uint64_t bits = static_cast<uint64_t>(integer.value) & mask;
  std::string digits = piece.conversion == 'x' ? fmt::format("{:x}", bits) : fmt::format("{:o}", bits);
  const std::string_view prefix = !piece.alternate ? "" : piece.conversion == 'x' ? "0x" : "0";
  const auto length = static_cast<int32_t>(prefix.size() + digits.size());
  if (piece.zero && length < piece.width) digits.insert(0, static_cast<size_t>(piece.width - length), '0');
  return std::string(prefix) + digits;
}

// Zeros stand behind 0x.
template <class Piece>
std::string hexadecimal_text(const Piece& piece, double value) {
  constexpr std::string_view kPrefix = "0x";
  auto unpadded = piece;
  unpadded.zero = false;
  std::string digits = java_hexadecimal(std::abs(value), piece.precision);
  const std::string whole = signed_text(unpadded, std::signbit(value), std::string(kPrefix), digits);
  const auto length = static_cast<int32_t>(whole.size());
  if (piece.zero && length < piece.width) digits.insert(0, static_cast<size_t>(piece.width - length), '0');
  return signed_text(unpadded, std::signbit(value), std::string(kPrefix), digits);
}

// Java's hashCode of what it is given. Requires: not NULL.
uint32_t hash_of(const FormatValue& value) {
  if (const bool* boolean = std::get_if<bool>(&value)) return java_hash(*boolean);
  if (const auto* text = std::get_if<std::string>(&value)) return flink_text_hash(*text);
  if (const auto* other = std::get_if<FormatOther>(&value)) return other->hash;
  if (const auto* real = std::get_if<FormatReal>(&value))
    return real->single ? java_hash(static_cast<float>(real->value)) : java_hash(real->value);
  const auto& integer = std::get<FormatInteger>(value);
  return integer.bytes == 8 ? java_hash_long(integer.value) : static_cast<uint32_t>(integer.value);
}

template <class Piece>
std::string real_value_text(const Piece& piece, double value) {
  if (std::isnan(value)) return "NaN";
  auto unpadded = piece;
  unpadded.zero = false;
  if (std::isinf(value)) return signed_text(unpadded, value < 0, "Infinity", "");
  if (piece.conversion == 'a') return hexadecimal_text(piece, value);
  RealText text = real_text(piece.conversion, std::abs(value), piece.precision, piece.alternate);
  if (piece.grouped) text.whole = grouped(text.whole);
  return signed_text(piece, std::signbit(value), std::move(text.whole), text.rest);
}

}  // namespace

bool JavaFormat::parse_piece(std::string_view text, size_t& at, Piece& piece) {
  ++at;
  size_t behind = at;
  if (const auto index = read_number(text, behind); index && behind < text.size() && text[behind] == '$') {
    if (*index == 0) return false;
    piece.index = *index;
    at = behind + 1;
  } else if (at < text.size() && text[at] == '<') {
    piece.index = -1;
    ++at;
  }
  for (; at < text.size(); ++at) {
    bool* const flag = text[at] == '-'   ? &piece.left
                       : text[at] == '#' ? &piece.alternate
                       : text[at] == '+' ? &piece.plus
                       : text[at] == ' ' ? &piece.space
                       : text[at] == '0' ? &piece.zero
                       : text[at] == ',' ? &piece.grouped
                       : text[at] == '(' ? &piece.bracketed
                                         : nullptr;
    if (flag == nullptr) break;
    if (*flag) return false;  // given twice
    *flag = true;
  }
  if (at < text.size() && is_digit(text[at])) {
    const auto width = read_number(text, at);
    if (!width) return false;
    piece.width = *width;
  }
  if (at < text.size() && text[at] == '.') {
    const auto precision = read_number(text, ++at);
    if (!precision) return false;
    piece.precision = *precision;
  }
  if (at == text.size()) return false;
  const char c = text[at++];
  piece.upper = std::string_view("BSCXEGAHT").find(c) != std::string_view::npos;
  piece.conversion = piece.upper ? static_cast<char>(c - 'A' + 'a') : c;
  if (piece.conversion == 't') {
    if (at == text.size() || !java_time(text[at], 0)) return false;
    piece.of_time = text[at++];
  }
  return std::string_view("bscdoxefgn%aht").find(piece.conversion) != std::string_view::npos && is_consistent(piece);
}

// What Java refuses of flags, width and precision before it looks at the value.
bool JavaFormat::is_consistent(const Piece& piece) {
  const bool signs = piece.plus || piece.space || piece.bracketed;
  if ((piece.left || piece.zero) && piece.width < 0) return false;
  if ((piece.left && piece.zero) || (piece.plus && piece.space)) return false;
  switch (piece.conversion) {
    case 'n':
      return piece.width < 0 && piece.precision < 0 && !piece.left && !piece.alternate && !signs && !piece.grouped;
    case '%':
      return piece.precision < 0 && !piece.alternate && !signs && !piece.grouped && !piece.zero;
    case 'b':
    case 's':
    case 'h':
      return !piece.alternate && !signs && !piece.grouped && !piece.zero;
    case 'a':
      return !piece.grouped && !piece.bracketed;
    case 't':
    case 'c':
      return piece.precision < 0 && !piece.alternate && !signs && !piece.grouped && !piece.zero;
    case 'd':
      return piece.precision < 0 && !piece.alternate;
    case 'o':
    case 'x':
      return piece.precision < 0 && !signs && !piece.grouped;
    case 'e':
      return !piece.grouped;
    case 'g':
      return !piece.alternate;
    default:
      return true;
  }
}

std::optional<JavaFormat> JavaFormat::parse(std::string_view text) {
  JavaFormat format;
  size_t at = 0;
  while (at < text.size()) {
    Piece piece;
    if (text[at] == '%') {
      if (!parse_piece(text, at, piece)) return std::nullopt;
    } else {
      const size_t end = std::min(text.find('%', at), text.size());
      piece.literal = text.substr(at, end - at);
      at = end;
    }
    format.pieces_.push_back(std::move(piece));
  }
  return format;
}

// Appends one value, filled up to its width.
bool JavaFormat::append_value(const Piece& piece, const FormatValue& value, std::string& out) {
  const auto* integer = std::get_if<FormatInteger>(&value);
  const auto* real = std::get_if<FormatReal>(&value);
  std::string text;
  if (piece.conversion == 'b') {
    const bool* boolean = std::get_if<bool>(&value);
    text = (boolean != nullptr ? *boolean : value.index() != 0) ? "true" : "false";
  } else if (value.index() == 0) {
    text = "null";
  } else if (piece.conversion == 's') {
    if (const bool* boolean = std::get_if<bool>(&value)) text = *boolean ? "true" : "false";
    if (integer != nullptr) text = fmt::format("{}", integer->value);
    if (real != nullptr) text = real->text;
    if (const auto* plain = std::get_if<std::string>(&value)) text = *plain;
    if (const auto* other = std::get_if<FormatOther>(&value)) text = other->text;
  } else if (piece.conversion == 'c') {
    const bool is_character = integer != nullptr && integer->bytes < 8 && integer->value >= 0 &&
                              is_unicode_scalar(static_cast<char32_t>(integer->value));
    if (!is_character) return false;
    append_utf8(text, static_cast<char32_t>(integer->value));
  } else if (piece.conversion == 'h') {
    text = fmt::format("{:x}", hash_of(value));
  } else if (piece.conversion == 't') {
    if (integer == nullptr || integer->bytes < 8) return false;
    text = *java_time(piece.of_time, integer->value);
  } else if (piece.conversion == 'd' || piece.conversion == 'o' || piece.conversion == 'x') {
    if (integer == nullptr) return false;
    text = integer_text(piece, *integer);
  } else {
    if (real == nullptr) return false;
    text = real_value_text(piece, real->value);
  }
  const bool cut = piece.precision >= 0 && (piece.conversion == 's' || piece.conversion == 'b' ||
                                            piece.conversion == 'h' || value.index() == 0);
  if (cut) text = code_points(text, 0, piece.precision);
  if (piece.upper) text = upper(text);
  const int32_t missing = piece.width - count_code_points(text);
  const std::string filling(static_cast<size_t>(std::max(missing, 0)), ' ');
  out += piece.left ? text + filling : filling + text;
  return true;
}

bool JavaFormat::append(std::string& out, std::span<const FormatValue> values) const {
  size_t next = 0;
  std::optional<size_t> last;
  for (const Piece& piece : pieces_) {
    if (piece.conversion == '\0') {
      out += piece.literal;
    } else if (piece.conversion == 'n') {
      out += '\n';
    } else if (piece.conversion == '%') {
      Piece percent = piece;
      percent.conversion = 's';
      if (!append_value(percent, std::string("%"), out)) return false;
    } else {
      if (piece.index == -1 && !last) return false;
      const size_t index = piece.index == -1 ? *last : piece.index > 0 ? static_cast<size_t>(piece.index - 1) : next++;
      if (index >= values.size()) return false;
      last = index;
      if (!append_value(piece, values[index], out)) return false;
    }
  }
  return true;
}

}  // namespace tidemill
