// functions/json_path_call.h - functions at the end of JSON paths: $.a.length(). Rule: those of Jayway JsonPath 2, by
// its rules.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "functions/json_path.h"

namespace tidemill {

// A value, or a path to one.
struct JsonPathArgument {
  JsonNode value;
  std::optional<JsonPath> path;
};

enum class JsonPathFunction : uint8_t {
  kLength,  // of an array, or of an object; null of others
  kSum,     // of the numbers of an array and of the arguments, as are the next four
  kMin,
  kMax,
  kAvg,
  kStddev,  // of all of them
  kFirst,   // element of an array, as are the next two
  kLast,
  kIndex,
  kKeys,    // of an object; null of others
  kAppend,  // an array with the arguments behind; others as they are
  kConcat,  // the texts of an array and of the arguments
};

struct JsonPathCall {
  JsonPathFunction function = JsonPathFunction::kLength;
  std::vector<JsonPathArgument> arguments;

  // Calls the function on `model`; nullopt where it fails there.
  std::optional<JsonNode> call(const JsonNode& model, const JsonNode& root) const;
};

// Returns the function of this name, as Jayway spells it; nullopt: there is none.
std::optional<JsonPathFunction> json_path_function(std::string_view name);

}  // namespace tidemill
