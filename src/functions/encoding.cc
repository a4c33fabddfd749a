// Numbers and bytes in other notations.
#include "base/base64.h"
#include "functions/families.h"

namespace tidemill {
namespace {

// The padding may be left out, as Java's decoder has it.
std::string padded(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string result(text);
  result.append((4 - result.size() % 4) % 4, '=');
  return result;
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
  const FunctionDoc to_base64 = {"TO_BASE64(text) | TO_BASE64(bytes)", "The bytes of the text in base 64.",
                                 "TO_BASE64('hello') = 'aGVsbG8='"};
  registry.scalar("TO_BASE64", to_base64, [](std::string& out, std::string_view text) { append_base64(out, text); });
  registry.scalar("TO_BASE64", to_base64, [](std::string& out, Bytes bytes) { append_base64(out, bytes.view); });
  registry.scalar("FROM_BASE64",
                  {"FROM_BASE64(text)", "The text that was encoded in base 64.", "FROM_BASE64('aGVsbG8=') = 'hello'"},
                  [](RowContext& row, std::string& out, std::string_view text) {
                    if (!decode_base64(padded(text), out)) row.fail(fmt::format("Not base 64: '{}'", text));
                  },
                  {.can_fail = true});
  registry.scalar(
      "ASCII", {"ASCII(text)", "Number of the first byte; 0 for the empty text.", "ASCII('abc') = 97"},
      [](std::string_view text) { return text.empty() ? 0 : static_cast<int32_t>(static_cast<signed char>(text[0])); });
  registry.scalar("CHR", {"CHR(integer)", "The character of this number, modulo 256.", "CHR(97) = 'a'"},
                  [](std::string& out, int64_t value) {
                    if (value < 0) return true;
                    const auto code = static_cast<unsigned char>(value & 0xff);
                    if (code < 0x80) {
                      out += static_cast<char>(code);
                    } else {
                      out += static_cast<char>(0xc0 | code >> 6);
                      out += static_cast<char>(0x80 | (code & 0x3f));
                    }
                    return true;  // never NULL of itself, but nullable by its type in Flink
                  });
}

}  // namespace tidemill
