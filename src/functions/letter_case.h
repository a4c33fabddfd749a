// functions/letter_case.h - upper and lower case of code points. Rule: independent of the process's locale.
#pragma once
#include <string>
#include <string_view>

namespace tidemill {

// Return the simple case mapping of Unicode for Latin (Basic, Latin-1, Extended-A), Greek and Cyrillic letters; any
// other code point is its own.
char32_t to_upper(char32_t code_point);
char32_t to_lower(char32_t code_point);
// Append `text` in upper (lower) case; ß becomes SS in upper case, as in Java.
void append_upper(std::string& out, std::string_view text);
void append_lower(std::string& out, std::string_view text);
// Appends `text` with the first letter of each word in upper, the others in lower case; words are runs of letters and
// digits.
void append_capitalised(std::string& out, std::string_view text);

}  // namespace tidemill
