#include "functions/json_comparison.h"

#include <algorithm>
#include <optional>
#include <string>

#include "data/json_token.h"
#include "data/number_text.h"

namespace tidemill {
namespace {

// A number as 0.digits * 10^exponent, its digits without zeros at either end; none: zero.
struct Decimal {
  bool negative = false;
  std::string digits;
  int64_t exponent = 0;
};

Decimal decimal_of(std::string_view text) {
  constexpr int64_t kExponentMax = 1'000'000'000;
  Decimal number;
  number.negative = text.front() == '-';
  if (number.negative) text.remove_prefix(1);
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  if (e < text.size()) {
    std::string_view written = text.substr(e + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    const bool small = written.starts_with('-');
    number.exponent = parse_integer<int64_t>(written).value_or(small ? -kExponentMax : kExponentMax);
    number.exponent = std::clamp(number.exponent, -kExponentMax, kExponentMax);
  }
  const std::string_view plain = text.substr(0, e);
  const size_t point = std::min(plain.find('.'), plain.size());
  number.digits = plain.substr(0, point);
  if (point < plain.size()) number.digits += plain.substr(point + 1);
  const size_t zeros = std::min(number.digits.find_first_not_of('0'), number.digits.size());
  number.digits.erase(0, zeros);
  number.digits.erase(number.digits.find_last_not_of('0') + 1);
  number.exponent += static_cast<int64_t>(point) - static_cast<int64_t>(zeros);
  if (number.digits.empty()) return Decimal();
  return number;
}

bool is_equal(const JsonNode& a, const JsonNode& b) {
  const bool a_number = a.kind == JsonKind::kNumber, b_number = b.kind == JsonKind::kNumber;
  const bool a_text = a.kind == JsonKind::kString, b_text = b.kind == JsonKind::kString;
  if (a_number && b_number) return compare_json_numbers(a.text, b.text) == 0;
  if (a_text && (b_text || b_number)) return a.text == b.text;
  if (a_number && b_text) return is_json_number(b.text) && compare_json_numbers(a.text, b.text) == 0;
  if (a.kind != b.kind || a.values.size() != b.values.size()) return false;
  for (size_t i = 0; i < a.values.size(); ++i) {
    const JsonNode* const other = a.kind == JsonKind::kObject ? b.find(a.keys[i]) : &b.values[i];
    if (other == nullptr || a.values[i].kind != other->kind || !is_equal(a.values[i], *other)) return false;
  }
  return true;
}

bool is_among(const JsonNode& value, const JsonNode& list) {
  return std::ranges::any_of(list.values, [&](const JsonNode& element) { return is_equal(value, element); });
}

// Two numbers or two texts; nullopt where there is no order.
std::optional<int> order_of(const JsonNode& a, const JsonNode& b) {
  if (a.kind == JsonKind::kNumber && b.kind == JsonKind::kNumber) return compare_json_numbers(a.text, b.text);
  if (a.kind == JsonKind::kString && b.kind == JsonKind::kString) return a.text.compare(b.text);
  return std::nullopt;
}

bool contains(const JsonNode& whole, const JsonNode& part) {
  if (whole.kind == JsonKind::kArray) return is_among(part, whole);
  return whole.kind == JsonKind::kString && part.kind == JsonKind::kString &&
         whole.text.find(part.text) != std::string::npos;
}

// Tells of how many elements an array or an object is, or of how many bytes a text; nullopt for others.
std::optional<size_t> size_of(const JsonNode& node) {
  if (node.is_container()) return node.values.size();
  if (node.kind == JsonKind::kString) return node.text.size();
  return std::nullopt;
}

bool any_among(const JsonNode& some, const JsonNode& list) {
  return std::ranges::any_of(some.values, [&](const JsonNode& value) { return is_among(value, list); });
}

}  // namespace

int compare_json_numbers(std::string_view a, std::string_view b) {
  const Decimal left = decimal_of(a), right = decimal_of(b);
  const auto sign = [](const Decimal& number) { return number.digits.empty() ? 0 : number.negative ? -1 : 1; };
  if (sign(left) != sign(right)) return sign(left) - sign(right);
  if (left.exponent != right.exponent) return (left.exponent < right.exponent ? -1 : 1) * sign(left);
  return left.digits.compare(right.digits) * sign(left);
}

bool json_matches(const JsonNode& value, const RE2& pattern) {
  if (value.kind == JsonKind::kArray)
    return std::ranges::any_of(value.values, [&](const JsonNode& each) { return json_matches(each, pattern); });
  return value.is_scalar() && RE2::FullMatch(value.text, pattern);
}

bool holds_between(JsonComparison comparison, const JsonNode& a, const JsonNode& b) {
  const std::optional<int> order = order_of(a, b);
  const bool lists = a.kind == JsonKind::kArray && b.kind == JsonKind::kArray;
  switch (comparison) {
    case JsonComparison::kEqual:
      return is_equal(a, b);
    case JsonComparison::kSame:
      return a.kind == b.kind && is_equal(a, b);
    case JsonComparison::kLess:
      return order && *order < 0;
    case JsonComparison::kLessOrEqual:
      return order && *order <= 0;
    case JsonComparison::kGreater:
      return order && *order > 0;
    case JsonComparison::kGreaterOrEqual:
      return order && *order >= 0;
    case JsonComparison::kIn:
      return b.kind == JsonKind::kArray && is_among(a, b);
    case JsonComparison::kContains:
      return contains(a, b);
    case JsonComparison::kSize:
      return size_of(a) && b.kind == JsonKind::kNumber &&
             parse_integer<int64_t>(b.text) == static_cast<int64_t>(*size_of(a));
    case JsonComparison::kEmpty:
      return size_of(a) && (*size_of(a) == 0 ? b.kind == JsonKind::kTrue : b.kind == JsonKind::kFalse);
    case JsonComparison::kAnyOf:
      return lists && any_among(a, b);
    case JsonComparison::kNoneOf:
      return lists && !any_among(a, b);
    case JsonComparison::kSubsetOf:
      return lists && std::ranges::all_of(a.values, [&](const JsonNode& value) { return is_among(value, b); });
    default:
      return false;
  }
}

}  // namespace tidemill
