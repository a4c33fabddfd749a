// sql/literal_text.h - what quoted tokens mean. Rule: each takes the token's whole text, quotes and prefix included,
// and gives UTF-8 (or bytes); a bad escape is a UserError at the token.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidemill {

// 'it''s' ▸ it's; `a``b` ▸ a`b. Cannot fail.
std::string unquote(std::string_view token);

// U&'\0041' ▸ A. An escape is `escape` and four hexadecimal digits (two of them for a surrogate pair), or `escape` and
// + and six digits, or `escape` twice.
std::string decode_unicode_string(std::string_view token, char escape, SourceLocation location);

// E'a\n' ▸ a and a line feed. Escapes: \b \f \n \r \t, \ and one to three octal digits, \x and one or two hexadecimal
// digits, \u and four, \U and eight; a backslash before any other character stands for that character.
std::string decode_escape_string(std::string_view token, SourceLocation location);

// X'0aff' ▸ two bytes. Throws where the digits are not hexadecimal or odd in number.
std::string decode_binary_string(std::string_view token, SourceLocation location);

}  // namespace tidemill
