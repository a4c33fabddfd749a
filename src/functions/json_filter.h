// functions/json_filter.h - filters of JSON paths: [?(@.a > 1 && @.b == 'x')]. Rule: what Jayway JsonPath 2 makes of
// them: texts that read as numbers are equal to numbers, and < and its like compare two numbers or two texts.
#pragma once
#include <memory>
#include <string_view>

#include "functions/json_node.h"

namespace tidemill {

class JsonFilter {
 public:
  virtual ~JsonFilter() = default;
  // Returns whether `current` (@) passes, in the value `root` ($).
  virtual bool accepts(const JsonNode& current, const JsonNode& root) const = 0;
};

// Reads what stands between the parentheses; nullptr where it is no filter. Throws UserError (without a place) for what
// Jayway knows and Tidemill does not.
std::shared_ptr<const JsonFilter> parse_json_filter(std::string_view text);

// Returns the place of the parenthesis that closes the one at `open`, passing over texts in quotes and /patterns/; npos
// where there is none.
size_t closing_parenthesis(std::string_view text, size_t open);

}  // namespace tidemill
