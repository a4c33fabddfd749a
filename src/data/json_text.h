// data/json_text.h - JSON strings and spacing as text. Rule: escapes as RFC 8259; a surrogate without its
// partner reads as '?', as in Flink.
#pragma once
#include <string>
#include <string_view>

namespace tidemill {

// Appends what the characters between two quotes mean. Returns false at an escape that JSON does not have.
bool append_json_unescaped(std::string_view escaped, std::string& out);
// Tells whether every escape between two quotes is one that JSON has.
bool has_valid_json_escapes(std::string_view escaped);
// Appends `text` with its quotes, escaped as Jackson does.
void append_json_string(std::string_view text, std::string& out);
// Appends a JSON value without the spaces between its tokens. Requires: valid JSON.
void append_json_compact(std::string_view json, std::string& out);

}  // namespace tidemill
