// TYPEOF, IS_ALPHA, IS_DECIMAL, IS_DIGIT: what a value or a text is.
#include <re2/re2.h>

#include "data/number_text.h"
#include "functions/bind.h"
#include "functions/families.h"

namespace tidemill {
namespace {

enum class TextTest : uint8_t { kLetters, kDigits, kNumber };

// Whether the text is one code point or more of these, judged by Unicode category.
bool matches_category(std::string_view text, const RE2& category) {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), category);
}

ScalarFunctionPtr text_test_kernel(TextTest test) {
  if (test == TextTest::kNumber) {
    return make_kernel(
        [](std::optional<std::string_view> text) { return text.has_value() && parse_double(*text).has_value(); });
  }
  const auto category = std::make_shared<const RE2>(test == TextTest::kLetters ? "\\p{L}+" : "\\p{Nd}+");
  return make_kernel([category](std::optional<std::string_view> text) {
    return text.has_value() && matches_category(*text, *category);
  });
}

void register_text_test(FunctionRegistry& registry, std::string_view name, FunctionDoc doc, TextTest test) {
  registry.with_rule(name, doc, [kernel = text_test_kernel(test)](const CallSite& site) -> ExpressionPtr {
    if (site.size() != 1) return nullptr;
    const bool testable =
        site.type(0).is_character() || site.type(0).is_numeric() || site.type(0).kind == TypeKind::kNull;
    if (!testable) return nullptr;
    return make_call(site, kernel, {coerce(site.arguments[0], Type::string())}, Type::boolean().not_null());
  });
}

}  // namespace

void register_inspection_functions(FunctionRegistry& registry) {
  registry.with_rule("TYPEOF",
                     {"TYPEOF(value [, full])", "The name of a value's type; the second argument is for Flink's sake.",
                      "TYPEOF(1.5) = 'DECIMAL(2, 1) NOT NULL'"},
                     [](const CallSite& site) -> ExpressionPtr {
                       const bool full = site.size() == 2 && site.type(1).kind == TypeKind::kBoolean;
                       if (site.size() != 1 && !full) return nullptr;
                       return make_literal(Value::string(site.type(0).to_string()));
                     });
  // The binder knows these by their syntax.
  const BindScalar elsewhere = [](const CallSite&) -> ExpressionPtr { return nullptr; };
  registry.with_rule("CAST",
                     {"CAST(value AS type)", "The value as one of another type; a row whose value cannot be fails.",
                      "CAST('7' AS INT) + 1 = 8"},
                     elsewhere);
  registry.with_rule(
      "TRY_CAST", {"TRY_CAST(value AS type)", "The same, and NULL where it cannot be.", "TRY_CAST('x' AS INT) = NULL"},
      elsewhere);
  registry.with_rule(
      "CURRENT_DATABASE",
      {"CURRENT_DATABASE()", "The name of the current database.", "CURRENT_DATABASE() = 'default_database'"},
      elsewhere);
  register_text_test(registry, "IS_ALPHA",
                     {"IS_ALPHA(text)", "Whether the text has letters only.", "IS_ALPHA('abc') = TRUE"},
                     TextTest::kLetters);
  register_text_test(registry, "IS_DIGIT",
                     {"IS_DIGIT(text)", "Whether the text has digits only.", "IS_DIGIT('12') = TRUE"},
                     TextTest::kDigits);
  register_text_test(registry, "IS_DECIMAL",
                     {"IS_DECIMAL(text)", "Whether the text is a number.", "IS_DECIMAL('1.5') = TRUE"},
                     TextTest::kNumber);
}

}  // namespace tidemill
