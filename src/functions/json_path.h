// functions/json_path.h - the paths of JSON_VALUE and its like: [lax | strict] $.a['b c'][0][?(@.d > 1)].length().
// Rule: what they find is what Flink's library (Jayway JsonPath 2) finds; a path that is none finds nothing.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/json_node.h"

namespace tidemill {

enum class JsonPathMode : uint8_t { kLax, kStrict };

class JsonFilter;
struct JsonPathCall;

class JsonPath {
 public:
  // Reads a path. Throws UserError (without a place) for what Jayway knows and Tidemill does not.
  static JsonPath parse(std::string_view text);
  // Reads a path inside another one: $… or @…, without a mode; nullopt where it is none. Throws as parse().
  static std::optional<JsonPath> parse_inner(std::string_view text);

  JsonPathMode mode() const { return mode_; }
  // Returns why this is no path; empty: it is one.
  const std::string& malformed() const { return malformed_; }

  // What a path leads to: one value, or an array of all that it may lead to; nothing where a strict path leads nowhere.
  struct Found {
    bool failed = false;            // the path is none, or strict and not there
    std::optional<JsonNode> value;  // a JSON null is no value
  };
  Found find(const JsonNode& root) const;
  // The same of an inner path, from `current` or from `root`; a JSON null is a value, nullopt is none.
  std::optional<JsonNode> evaluate(const JsonNode& current, const JsonNode& root) const;

 private:
  enum class StepKind : uint8_t {
    kKeys,      // .a, ['a', 'b']
    kIndexes,   // [0], [0, -1]
    kSlice,     // [1:3]
    kWildcard,  // .*, [*]
    kAnywhere,  // .. before the next step
    kFilter,    // [?(…)]
    kCall,      // .length()
  };
  struct Step {
    StepKind kind = StepKind::kKeys;
    std::vector<std::string> keys = {};
    std::vector<int64_t> indexes = {};
    std::optional<int64_t> from = {}, to = {};
    std::shared_ptr<const JsonFilter> filter = {};
    std::shared_ptr<const JsonPathCall> call = {};
  };
  class Reader;
  class Search;

  JsonPathMode mode_ = JsonPathMode::kStrict;
  bool from_root_ = true;  // otherwise from the current value: @
  std::string malformed_;
  std::vector<Step> steps_;
};

}  // namespace tidemill
