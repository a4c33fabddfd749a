// Numbers and bytes in other notations.
#include "functions/families.h"

namespace tidemill {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// RFC 4648, section 4.
void append_base64(std::string& out, std::string_view bytes) {
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (size_t j = 0; j < 4; ++j) out += j <= count ? kBase64[group >> (18 - 6 * j) & 63] : '=';
  }
}

// Returns false where the text is not base 64.
bool append_from_base64(std::string& out, std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  uint32_t bits = 0;
  int32_t held = 0;
  for (const char c : text) {
    const size_t value = kBase64.find(c);
    if (value == std::string_view::npos) return false;
    bits = bits << 6 | static_cast<uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xff);
    }
  }
  return held < 6;
}

}  // namespace

void register_encoding_functions(FunctionRegistry& registry) {
  registry.scalar("BIN", {"BIN(integer)", "The integer in base 2.", "BIN(12) = '1100'"},
                  [](std::string& out, int64_t value) { out += fmt::format("{:b}", static_cast<uint64_t>(value)); });
  const FunctionDoc hex = {"HEX(integer) | HEX(text)", "The integer, or the bytes of the text, in base 16.",
                           "HEX(20) = '14'"};
  registry.scalar("HEX", hex,
                  [](std::string& out, int64_t value) { out += fmt::format("{:X}", static_cast<uint64_t>(value)); });
  registry.scalar("HEX", hex, [](std::string& out, std::string_view text) {
    for (const char c : text) out += fmt::format("{:02X}", static_cast<unsigned char>(c));
  });
  registry.scalar("TO_BASE64",
                  {"TO_BASE64(text)", "The bytes of the text in base 64.", "TO_BASE64('hello') = 'aGVsbG8='"},
                  [](std::string& out, std::string_view text) { append_base64(out, text); });
  registry.scalar("FROM_BASE64",
                  {"FROM_BASE64(text)", "The text that was encoded in base 64.", "FROM_BASE64('aGVsbG8=') = 'hello'"},
                  [](RowContext& row, std::string& out, std::string_view text) {
                    if (!append_from_base64(out, text)) row.fail(fmt::format("Not base 64: '{}'", text));
                  },
                  {.can_fail = true});
  registry.scalar(
      "ASCII", {"ASCII(text)", "Number of the first byte; 0 for the empty text.", "ASCII('abc') = 97"},
      [](std::string_view text) { return text.empty() ? 0 : static_cast<int32_t>(static_cast<signed char>(text[0])); });
  registry.scalar("CHR", {"CHR(integer)", "The character of this number, modulo 256.", "CHR(97) = 'a'"},
                  [](std::string& out, int64_t value) {
                    if (value < 0) return;
                    const auto code = static_cast<unsigned char>(value & 0xff);
                    if (code < 0x80) {
                      out += static_cast<char>(code);
                    } else {
                      out += static_cast<char>(0xc0 | code >> 6);
                      out += static_cast<char>(0x80 | (code & 0x3f));
                    }
                  });
}

}  // namespace tidemill
