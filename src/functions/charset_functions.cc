// ENCODE, DECODE and UNHEX: texts to bytes and back.
#include "data/charset.h"
#include "expr/cast.h"
#include "functions/bind.h"
#include "functions/families.h"

namespace tidemill {
namespace {

// Returns the set that a row names; notes the row as failed where there is none.
std::optional<Charset> charset_of(RowContext& row, std::string_view name) {
  const auto charset = find_charset(name);
  if (!charset) row.fail(fmt::format("The character set '{}' is not supported", name));
  return charset;
}

// Binds a call of (text or bytes, name of a set) where the first argument is of `kind`.
ExpressionPtr bind_conversion(const CallSite& call, const ScalarFunctionPtr& kernel, const Type& from, const Type& to) {
  const auto fits = [&](size_t i, bool binary) {
    const Type& type = call.type(i);
    return type.kind == TypeKind::kNull || (binary ? type.is_binary() : type.is_character());
  };
  if (call.size() != 2 || !fits(0, from.is_binary()) || !fits(1, false)) return nullptr;
  const std::string* name = call.literal_text(1);
  if (name != nullptr && !find_charset(*name)) {
    throw UserError(call.location, fmt::format("The character set '{}' is not supported", *name),
                    "Supported are UTF-8, UTF-16, UTF-16BE, UTF-16LE, ISO-8859-1 and US-ASCII.");
  }
  const auto argument = [&](size_t i, const Type& type) {
    return call.type(i).kind == TypeKind::kNull ? coerce(call.arguments[i], type) : call.arguments[i];
  };
  return make_call(call, kernel, {argument(0, from), argument(1, Type::string())},
                   to.with_nullable(call.any_nullable()), {.can_fail = name == nullptr});
}

int32_t hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Of an odd number of digits the first is dropped and a zero byte put in front, as Flink documents it. Returns false
// where something is no digit.
bool append_from_hex(std::string& out, std::string_view text) {
  if (text.size() % 2 != 0) {
    if (hex_digit(text[0]) < 0) return false;
    out += '\0';
    text.remove_prefix(1);
  }
  for (size_t i = 0; i < text.size(); i += 2) {
    const int32_t high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
  }
  return true;
}

}  // namespace

void register_charset_functions(FunctionRegistry& registry) {
  const ScalarFunctionPtr encode =
      make_kernel([](RowContext& row, std::string& out, std::string_view text, std::string_view name) {
        if (const auto charset = charset_of(row, name)) append_in_charset(out, text, *charset);
      });
  registry.with_rule(
      "ENCODE",
      {"ENCODE(text, charset)", "The bytes of a text in UTF-8, UTF-16, UTF-16BE, UTF-16LE, ISO-8859-1 or US-ASCII.",
       "DECODE(ENCODE('hello', 'UTF-16'), 'UTF-16') = 'hello'"},
      [encode](const CallSite& call) { return bind_conversion(call, encode, Type::string(), Type::bytes()); });
  const ScalarFunctionPtr decode =
      make_kernel([](RowContext& row, std::string& out, std::string_view bytes, std::string_view name) {
        if (const auto charset = charset_of(row, name)) append_from_charset(out, bytes, *charset);
      });
  registry.with_rule(
      "DECODE",
      {"DECODE(bytes, charset)", "The text that bytes are in a character set.",
       "DECODE(X'68656C6C6F', 'UTF-8') = 'hello'"},
      [decode](const CallSite& call) { return bind_conversion(call, decode, Type::bytes(), Type::string()); });
  const ScalarFunctionPtr unhex =
      make_kernel([](std::string& out, std::string_view text) { return append_from_hex(out, text); });
  registry.with_rule("UNHEX",
                     {"UNHEX(text)", "The bytes that a text is in base 16; NULL where it is none.",
                      "DECODE(UNHEX('6869'), 'UTF-8') = 'hi'"},
                     [unhex](const CallSite& call) -> ExpressionPtr {
                       if (call.size() != 1) return nullptr;
                       const Type& type = call.type(0);
                       if (!type.is_character() && type.kind != TypeKind::kNull) return nullptr;
                       return make_call(
                           call, unhex,
                           {type.is_character() ? call.arguments[0] : coerce(call.arguments[0], Type::string())},
                           Type::bytes());
                     });
}

}  // namespace tidemill
