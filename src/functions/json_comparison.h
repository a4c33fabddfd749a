// functions/json_comparison.h - values of JSON compared, as filters of JSON paths do. Rule: Jayway JsonPath 2's: a text
// that reads as a number is equal to it; only two numbers or two texts have an order.
#pragma once
#include <re2/re2.h>

#include <string_view>

#include "functions/json_node.h"

namespace tidemill {

enum class JsonComparison : uint8_t {
  kExists,  // the left side alone
  kEqual,
  kSame,  // of one kind, too
  kNotEqual,
  kNotSame,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kMatches,  // a pattern
  kIn,
  kNotIn,
  kContains,
  kSize,
  kEmpty,
  kAnyOf,
  kNoneOf,
  kSubsetOf,
};

// Returns whether `a` compares with `b` so; false where they cannot be compared. Requires: not kExists, kMatches, or
// one of the kNot…
bool holds_between(JsonComparison comparison, const JsonNode& a, const JsonNode& b);
// Returns whether the whole value matches; of an array, whether an element does.
bool json_matches(const JsonNode& value, const RE2& pattern);
// Compares numbers of JSON by their values, exactly: negative, 0 or positive. Requires: is_json_number() both.
int compare_json_numbers(std::string_view a, std::string_view b);

}  // namespace tidemill
