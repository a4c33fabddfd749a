// data/utf8.h - code points of UTF-8 text. Rule: SQL counts code points; malformed bytes count one each where they
// lead, and never read past the end.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill {

inline bool is_utf8_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

// Returns the number of code points.
inline int32_t utf8_length(std::string_view text) {
  int32_t count = 0;
  for (const char c : text) count += is_utf8_continuation(c) ? 0 : 1;
  return count;
}

// Returns the bytes of the first `code_points` code points (all where there are fewer).
inline size_t utf8_prefix(std::string_view text, int64_t code_points) {
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (is_utf8_continuation(text[i])) continue;
    if (code_points-- == 0) break;
  }
  return i;
}

// Returns the bytes of the code point that begins at `at` (at least 1).
inline size_t utf8_step(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && is_utf8_continuation(text[end])) ++end;
  return end - at;
}

// Appends a code point. Requires: at most U+10FFFF.
void append_utf8(std::string& out, uint32_t code_point);

// Returns the length of the well-formed sequence at the front of `bytes`, 0 where there is none (Unicode 15, table 3-7:
// no overlong forms, no surrogates).
size_t utf8_sequence(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

}  // namespace tidemill
