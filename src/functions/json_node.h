// functions/json_node.h - one JSON value as a tree, for functions that look into it. Rule: as Flink holds it: of equal
// keys the last counts, whole numbers keep their digits, other numbers are decimals (1e3 is 1E+3).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/json_token.h"

namespace tidemill {

struct JsonNode {
  JsonKind kind = JsonKind::kNull;
  std::string text;               // of a string, unescaped; of a number, as Flink writes it; "true" and "false"
  std::vector<std::string> keys;  // of an object, each once, in the order in which they first stood
  std::vector<JsonNode> values;   // of an object, by key; of an array

  bool is_scalar() const { return kind < JsonKind::kNull; }  // a string, number or boolean
  bool is_container() const { return kind > JsonKind::kNull; }
  // Returns the value of a key, or nullptr.
  const JsonNode* find(std::string_view key) const;
  // Sets the value of a key, in place of the one that it had.
  void set(std::string key, JsonNode value);
};

// Reads the value that `text` starts with; what follows it is not looked at, as in Flink. nullopt where there is none.
std::optional<JsonNode> parse_json(std::string_view text);

// Appends the value without spaces, the keys of each object in order of their bytes, as Flink writes JSON.
void append_json(std::string& out, const JsonNode& node);

// Appends a JSON number as Java's BigDecimal writes it, a whole one as it is. Requires: is_json_number(text).
void append_json_number(std::string& out, std::string_view text);

}  // namespace tidemill
