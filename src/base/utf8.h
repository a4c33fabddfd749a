// base/utf8.h - UTF-8 code points. Rule: strict as RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill {

// U+FEFF, which a file of UTF-8 may begin with and which is no part of its text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct Utf8CodePoint {
  char32_t value = 0;
  uint32_t bytes = 0;  // 1 to 4; 0 when the text is empty or does not start with valid UTF-8
};

// Returns the code point that `text` starts with.
Utf8CodePoint decode_utf8(std::string_view text);

// Appends `code_point` to `text`. Requires: at most U+10FFFF and no surrogate.
void append_utf8(std::string& text, char32_t code_point);

// Tells whether `code_point` can be written in UTF-8.
constexpr bool is_unicode_scalar(char32_t code_point) {
  return code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
}

}  // namespace tidemill
