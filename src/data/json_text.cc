#include "data/json_text.h"

#include <cstdint>

#include "base/utf8.h"

namespace tidemill {
namespace {

int32_t hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads the four digits behind \u at `at`; returns -1 where they are not there.
int32_t read_code_unit(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int32_t unit = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const int32_t digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

// Returns the character that \c stands for, or '\0'.
char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

bool is_high_surrogate(int32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(int32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Appends the code point of the \uXXXX whose digits begin at `at`; returns how many characters of `text` it took beyond
// the first four, or -1 where the digits are wrong.
int32_t append_unicode_escape(std::string_view text, size_t at, std::string& out) {
  const int32_t unit = read_code_unit(text, at);
  if (unit < 0) return -1;
  if (is_high_surrogate(unit) && at + 6 <= text.size() && text[at + 4] == '\\' && text[at + 5] == 'u') {
    const int32_t low = read_code_unit(text, at + 6);
    if (low < 0) return -1;
    if (is_low_surrogate(low)) {
      append_utf8(out, static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)));
      return 6;
    }
  }
  if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
    out += '?';
  } else {
    append_utf8(out, static_cast<char32_t>(unit));
  }
  return 0;
}

}  // namespace

bool append_json_unescaped(std::string_view escaped, std::string& out) {
  size_t i = 0;
  while (i < escaped.size()) {
    const size_t backslash = escaped.find('\\', i);
    if (backslash == std::string_view::npos) {
      out += escaped.substr(i);
      return true;
    }
    out += escaped.substr(i, backslash - i);
    if (backslash + 1 == escaped.size()) return false;
    i = backslash + 2;
    const char kind = escaped[backslash + 1];
    if (kind == 'u') {
      const int32_t more = append_unicode_escape(escaped, i, out);
      if (more < 0) return false;
      i += 4 + static_cast<size_t>(more);
    } else {
      const char c = simple_escape(kind);
      if (c == '\0') return false;
      out += c;
    }
  }
  return true;
}

bool has_valid_json_escapes(std::string_view escaped) {
  for (size_t i = escaped.find('\\'); i != std::string_view::npos; i = escaped.find('\\', i)) {
    if (i + 1 == escaped.size()) return false;
    if (escaped[i + 1] == 'u') {
      if (read_code_unit(escaped, i + 2) < 0) return false;
      i += 6;
    } else {
      if (simple_escape(escaped[i + 1]) == '\0') return false;
      i += 2;
    }
  }
  return true;
}

void append_json_string(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  out += '"';
  size_t plain = 0;  // start of what is copied as it is
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(plain, i - plain);
    plain = i + 1;
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += static_cast<char>(c);
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kHex[c >> 4];
        out += kHex[c & 0xF];
    }
  }
  out += text.substr(plain);
  out += '"';
}

void append_json_compact(std::string_view json, std::string& out) {
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < json.size()) out += json[++i];
      in_string = c != '"';
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
      out += c;
      in_string = c == '"';
    }
  }
}

}  // namespace tidemill
