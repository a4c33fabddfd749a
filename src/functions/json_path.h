// functions/json_path.h - the paths of JSON_VALUE and its like: [lax | strict] $.a['b c'][0]. Rule: parsed once, at
// planning; what they find is what Flink's library (Jayway) finds. Filters [?(…)] and functions .length() are refused
// by name.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/json_node.h"

namespace tidemill {

enum class JsonPathMode : uint8_t { kLax, kStrict };

class JsonPath {
 public:
  // Throws UserError (without a place) for what is no path.
  static JsonPath parse(std::string_view text);

  JsonPathMode mode() const { return mode_; }

  // What a path leads to: one value, or an array of all that it may lead to; nothing where a strict path leads nowhere.
  struct Found {
    bool failed = false;            // strict: the path is not there
    std::optional<JsonNode> value;  // a JSON null is no value
  };
  Found find(const JsonNode& root) const;

 private:
  enum class StepKind : uint8_t {
    kKeys,      // .a, ['a', 'b']
    kIndexes,   // [0], [0, -1]
    kSlice,     // [1:3]
    kWildcard,  // .*, [*]
    kAnywhere,  // .. before the next step
  };
  struct Step {
    StepKind kind = StepKind::kKeys;
    std::vector<std::string> keys;
    std::vector<int64_t> indexes;
    std::optional<int64_t> from, to;
  };
  class Reader;
  class Search;

  JsonPathMode mode_ = JsonPathMode::kStrict;
  std::vector<Step> steps_;
};

}  // namespace tidemill
