// connectors/spi/option_values.cc - the text forms of option values that only options have: characters.
#include "connectors/spi/options.h"

namespace tidemill {

std::optional<char> parse_option_character(std::string_view text) {
  if (text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80) return text[0];
  if (text.size() == 2 && text[0] == '\\') {
    switch (text[1]) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'b':
        return '\b';
      case '0':
        return '\0';
      case '\\':
      case '\'':
      case '"':
        return text[1];
      default:
        return std::nullopt;
    }
  }
  if (text.size() == 6 && text.substr(0, 2) == "\\u") {
    unsigned code = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, code, 16);
    if (error == std::errc() && end == text.data() + 6 && code < 0x80) return static_cast<char>(code);
  }
  return std::nullopt;
}

}  // namespace tidemill
