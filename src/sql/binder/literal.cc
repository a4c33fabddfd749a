// Literals as written to Values.
#include "sql/binder/literal.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "data/time_text.h"

namespace tidemill {
namespace {

[[noreturn]] void refuse_range(const ast::Literal& literal) {
  throw UserError(literal.location, fmt::format("Numeric literal out of range: {}", literal.text),
                  "Whole numbers have at most 19 digits, decimals 38; 1.5E20 is a DOUBLE.");
}

Value whole_number(const ast::Literal& literal, std::string_view digits, bool negative) {
  int128 value = 0;
  constexpr int128 kMax = std::numeric_limits<int64_t>::max();
  for (const char digit : digits) {
    value = value * 10 + (digit - '0');
    if (value > kMax + (negative ? 1 : 0)) refuse_range(literal);
  }
  if (negative) value = -value;
  const auto number = static_cast<int64_t>(value);
  if (number >= std::numeric_limits<int32_t>::min() && number <= std::numeric_limits<int32_t>::max()) {
    return Value::integer(static_cast<int32_t>(number));
  }
  return Value::big_int(number);
}

// The precision counts the digits as written, as in Flink: 0.001 is DECIMAL(4, 3), .5 is DECIMAL(1, 1).
Value decimal_number(const ast::Literal& literal, bool negative) {
  const size_t point = literal.text.find('.');
  const std::string digits = literal.text.substr(0, point) + literal.text.substr(point + 1);
  const size_t scale = literal.text.size() - point - 1;
  if (digits.size() > static_cast<size_t>(kDecimalPrecisionMax)) refuse_range(literal);
  int128 unscaled = 0;
  for (const char digit : digits) unscaled = unscaled * 10 + (digit - '0');
  return Value::decimal(negative ? -unscaled : unscaled, static_cast<int32_t>(digits.size()),
                        static_cast<int32_t>(scale));
}

Value exact_number(const ast::Literal& literal, bool negative) {
  const size_t point = literal.text.find('.');
  if (point == std::string::npos) return whole_number(literal, literal.text, negative);
  if (point + 1 == literal.text.size()) return whole_number(literal, literal.text.substr(0, point), negative);
  return decimal_number(literal, negative);
}

Value approximate_number(const ast::Literal& literal, bool negative) {
  double value = 0;
  const char* end = literal.text.data() + literal.text.size();
  const auto [stopped, error] = std::from_chars(literal.text.data(), end, value);
  if (error != std::errc() || stopped != end || !std::isfinite(value)) refuse_range(literal);
  return Value::float64(negative ? -value : value);
}

[[noreturn]] void refuse_form(const ast::Literal& literal, std::string_view type, std::string_view form) {
  throw UserError(literal.location, fmt::format("Not a {} literal: '{}'", type, literal.text),
                  fmt::format("Its form is {}.", form));
}

// Returns how many digits follow the point.
int32_t fraction_digits(const std::string& text) {
  const size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int32_t>(text.size() - point - 1);
}

Value timestamp_literal(const ast::Literal& literal) {
  const auto parsed = parse_timestamp_cast(literal.text);
  // CAST takes a day beyond its month's last as that last day; a literal must name a real one.
  const bool real_date = parse_date_cast(literal.text.substr(0, literal.text.find(' '))).has_value();
  if (!parsed || !real_date) refuse_form(literal, "TIMESTAMP", "yyyy-MM-dd HH:mm:ss[.fraction]");
  const int32_t precision = std::min(fraction_digits(literal.text), kTimestampPrecisionMax);
  const Type type = Type::timestamp(precision).not_null();
  const int128 physical = join_timestamp(*parsed, precision);
  if (type.physical() == PhysicalType::kInt128) return Value::of(type, physical);
  return Value::of(type, static_cast<int64_t>(physical));
}

Value time_literal(const ast::Literal& literal) {
  const auto milliseconds = parse_time_cast(literal.text);
  if (!milliseconds) refuse_form(literal, "TIME", "HH:mm:ss[.fraction]");
  return Value::of(Type::time(std::min(fraction_digits(literal.text), 3)).not_null(), *milliseconds);
}

Value date_literal(const ast::Literal& literal) {
  const auto days = parse_date_cast(literal.text);
  if (!days) refuse_form(literal, "DATE", "yyyy-MM-dd");
  return Value::of(Type::date().not_null(), *days);
}

}  // namespace

Value bind_literal(const ast::Literal& literal, bool negative) {
  switch (literal.literal) {
    case ast::LiteralKind::kNull:
      return Value();
    case ast::LiteralKind::kTrue:
      return Value::boolean(true);
    case ast::LiteralKind::kFalse:
      return Value::boolean(false);
    case ast::LiteralKind::kUnknown:
      return Value::null(Type::boolean());
    case ast::LiteralKind::kExact:
      return exact_number(literal, negative);
    case ast::LiteralKind::kApproximate:
      return approximate_number(literal, negative);
    case ast::LiteralKind::kString:
      return Value::characters(literal.text);
    case ast::LiteralKind::kBinary: {
      const auto length = static_cast<int32_t>(literal.text.size());
      return Value::of_text(Type{TypeKind::kBinary, false, length}, literal.text);
    }
    case ast::LiteralKind::kDate:
      return date_literal(literal);
    case ast::LiteralKind::kTime:
      return time_literal(literal);
    case ast::LiteralKind::kTimestamp:
      return timestamp_literal(literal);
    case ast::LiteralKind::kTimestampLtz:
      throw UserError(literal.location, "A literal of TIMESTAMP WITH LOCAL TIME ZONE is not supported yet",
                      "Write CAST(TIMESTAMP '…' AS TIMESTAMP_LTZ(3)).");
    case ast::LiteralKind::kInterval:
      return bind_interval(literal);
  }
  CHECK(false);
}

}  // namespace tidemill
