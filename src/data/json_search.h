// data/json_search.h - finds what ends a token of JSON, many bytes at a time.
#pragma once
#include <cstddef>
#include <string_view>

namespace tidemill {

// Returns the place of the next quote or backslash from `at` on; the text's size where there is none.
size_t find_json_quote(std::string_view text, size_t at);
// Returns the place of the next quote, brace or bracket from `at` on; the text's size where there is none.
size_t find_json_bracket(std::string_view text, size_t at);

}  // namespace tidemill
