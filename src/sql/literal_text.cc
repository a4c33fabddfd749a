#include "sql/literal_text.h"

#include <fmt/format.h>

#include <optional>

#include "base/utf8.h"

namespace tidemill {
namespace {

constexpr bool is_high_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
constexpr bool is_low_surrogate(char32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// Reads `min` to `max` digits of `base` at the start of `text` and takes them off it.
std::optional<char32_t> take_digits(std::string_view& text, size_t min, size_t max, int base) {
  char32_t value = 0;
  size_t count = 0;
  while (count < max && count < text.size() && digit_value(text[count]) < base) {
    value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit_value(text[count++]));
  }
  if (count < min) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

// Gathers decoded code points; halves of a surrogate pair must follow one another.
class CodePointSink {
 public:
  explicit CodePointSink(SourceLocation location) : location_(location) {}

  void add(char32_t c) {
    if (high_ != 0) {
      if (!is_low_surrogate(c)) fail("half a surrogate pair");
      append_utf8(text_, 0x10000 + ((high_ - 0xD800) << 10) + (c - 0xDC00));
      high_ = 0;
    } else if (is_high_surrogate(c)) {
      high_ = c;
    } else {
      if (!is_unicode_scalar(c) || c == 0) fail(fmt::format("no character U+{:04X}", static_cast<uint32_t>(c)));
      append_utf8(text_, c);
    }
  }
  void add_byte(char c) {
    if (high_ != 0) fail("half a surrogate pair");
    text_ += c;
  }
  std::string finish() {
    if (high_ != 0) fail("half a surrogate pair");
    return std::move(text_);
  }
  [[noreturn]] void fail(std::string_view what) const {
    throw UserError(location_, fmt::format("A bad escape in a string: {}", what),
                    "Write \\ and four hexadecimal digits, as in U&'\\00e9'");
  }

 private:
  SourceLocation location_;
  std::string text_;
  char32_t high_ = 0;  // a high surrogate waiting for its other half
};

// Decodes the escape behind a backslash of E'…' at the start of `rest`.
void decode_backslash(std::string_view& rest, CodePointSink& sink) {
  const char kind = rest.front();
  static constexpr std::string_view kNames = "bfnrt", kValues = "\b\f\n\r\t";
  if (const size_t i = kNames.find(kind); i != std::string_view::npos) {
    rest.remove_prefix(1);
    return sink.add_byte(kValues[i]);
  }
  std::optional<char32_t> value;
  if (kind >= '0' && kind <= '7') {
    value = take_digits(rest, 1, 3, 8);
  } else if (kind == 'x' || kind == 'u' || kind == 'U') {
    rest.remove_prefix(1);
    value = kind == 'x' ? take_digits(rest, 1, 2, 16) : take_digits(rest, kind == 'u' ? 4 : 8, kind == 'u' ? 4 : 8, 16);
    if (!value) sink.fail(fmt::format("\\{} without its hexadecimal digits", kind));
  } else {
    rest.remove_prefix(1);
    return sink.add_byte(kind);
  }
  sink.add(*value);
}

}  // namespace

std::string unquote(std::string_view token) {
  const char quote = token.front();
  std::string content;
  content.reserve(token.size());
  for (size_t i = 1; i + 1 < token.size(); ++i) {
    content += token[i];
    if (token[i] == quote) ++i;
  }
  return content;
}

std::string decode_unicode_string(std::string_view token, char escape, SourceLocation location) {
  const std::string content = unquote(token.substr(2));
  CodePointSink sink(location);
  for (std::string_view rest = content; !rest.empty();) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != escape) {
      sink.add_byte(c);
    } else if (rest.starts_with(escape)) {
      rest.remove_prefix(1);
      sink.add_byte(escape);
    } else {
      const size_t digits = rest.starts_with('+') ? 6 : 4;
      if (digits == 6) rest.remove_prefix(1);
      const std::optional<char32_t> value = take_digits(rest, digits, digits, 16);
      if (!value) sink.fail(fmt::format("{} without {} hexadecimal digits", escape, digits));
      sink.add(*value);
    }
  }
  return sink.finish();
}

std::string decode_escape_string(std::string_view token, SourceLocation location) {
  CodePointSink sink(location);
  for (std::string_view rest = token.substr(2, token.size() - 3); !rest.empty();) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\\') {
      decode_backslash(rest, sink);
    } else {
      sink.add_byte(c);
      if (c == '\'') rest.remove_prefix(1);  // the second of a doubled quote
    }
  }
  return sink.finish();
}

std::string decode_binary_string(std::string_view token, SourceLocation location) {
  const std::string_view digits = token.substr(2, token.size() - 3);
  const auto error = [&](std::string_view what) {
    return UserError(location, fmt::format("A bad binary string: {}", what), "Write two digits 0-9, a-f for each byte");
  };
  if (digits.size() % 2 != 0) throw error("an odd number of hexadecimal digits");
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit_value(digits[i]), low = digit_value(digits[i + 1]);
    if (high == 16 || low == 16) throw error(fmt::format("'{}' is not hexadecimal", digits.substr(i, 2)));
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace tidemill
