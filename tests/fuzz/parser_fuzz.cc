// tests/fuzz/parser_fuzz.cc - any bytes as a script. Rule: it ends in statements or UserErrors, and what parses prints
// as SQL that parses to the same; anything else escapes and stops the fuzzer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sql/parser.h"
#include "sql/to_sql.h"

namespace tidemill {
namespace {

// Parentheses that printing adds may pass the limit of nesting; that is the only reason for printed SQL not to parse.
bool is_limit(const UserError& error) {
  return std::string_view(error.what()).find("nests deeper") != std::string_view::npos;
}

void expect_same_again(const ast::Statement& statement) {
  const std::string printed = to_sql(statement);
  try {
    const auto again = parse_script(printed);
    CHECK_EQ(again.size(), size_t{1});
    CHECK_EQ(to_sql(*again.front()), printed);
  } catch (const UserError& error) {
    CHECK_MSG(is_limit(error), "{}: {}", error.what(), printed);
  }
}

}  // namespace
}  // namespace tidemill

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view script(reinterpret_cast<const char*>(data), size);
  const tidemill::ScriptSyntax syntax = tidemill::parse_script_with_errors(script);
  for (const auto& statement : syntax.statements) tidemill::expect_same_again(*statement);
  return 0;
}
