// data/json_token.h - one value as it stands in JSON text. Rule: a view into the record; whoever made it has
// checked its grammar.
#pragma once
#include <cstdint>
#include <string_view>

namespace tidemill {

enum class JsonKind : uint8_t { kString, kNumber, kTrue, kFalse, kNull, kObject, kArray };

struct JsonToken {
  JsonKind kind = JsonKind::kNull;
  bool escaped = false;   // a string with escapes in it
  std::string_view text;  // a string: what is between its quotes; otherwise the whole value
};

// One member of an object.
struct JsonMember {
  std::string_view key;  // as it stands, escapes and all
  JsonToken value;
};

// True for -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_json_number(std::string_view text);

}  // namespace tidemill
