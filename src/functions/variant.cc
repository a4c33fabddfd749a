// PARSE_JSON, TRY_PARSE_JSON: JSON texts as values of VARIANT.
#include "data/variant.h"

#include "data/utf8.h"
#include "functions/bind.h"
#include "functions/families.h"

namespace tidemill {
namespace {

constexpr size_t kShownBytesMax = 100;  // of a text in an error message

void note_failure(RowContext& row, std::string_view text, const JsonSyntaxError& error) {
  std::string shown(text.substr(0, utf8_prefix(text, kShownBytesMax)));
  if (shown.size() < text.size()) shown += "…";
  row.fail(fmt::format("PARSE_JSON: {} at character {} of: {}", error.message,
                       utf8_length(text.substr(0, error.offset)) + 1, shown));
}

// The kernel of both, with and without the second argument.
template <class... Allow>
ScalarFunctionPtr parsing_kernel(bool is_try) {
  return make_kernel([is_try](RowContext& row, std::string& out, std::string_view text, Allow... allow) {
    const auto error = append_variant(text, (false || ... || allow), out);
    if (error && !is_try) note_failure(row, text, *error);
    return !error;
  });
}

ExpressionPtr bind_parse(const CallSite& call, bool is_try) {
  const auto is = [&](size_t i, bool fits) { return fits || call.type(i).kind == TypeKind::kNull; };
  if (call.size() < 1 || call.size() > 2 || !is(0, call.type(0).is_character())) return nullptr;
  if (call.size() == 2 && !is(1, call.type(1).kind == TypeKind::kBoolean)) return nullptr;
  std::vector<ExpressionPtr> arguments = {coerce(call.arguments[0], Type::string())};
  if (call.size() == 2) arguments.push_back(coerce(call.arguments[1], Type::boolean()));
  ScalarFunctionPtr kernel = call.size() == 2 ? parsing_kernel<bool>(is_try) : parsing_kernel<>(is_try);
  return make_call(call, std::move(kernel), std::move(arguments),
                   Type::variant().with_nullable(is_try || call.any_nullable()), {.can_fail = !is_try});
}

}  // namespace

void register_variant_functions(FunctionRegistry& registry) {
  registry.with_rule("PARSE_JSON",
                     {"PARSE_JSON(text [, allow_duplicate_keys])",
                      "The JSON as a VARIANT; of equal keys of an object the last one counts where allowed, otherwise "
                      "they are an error.",
                      "PARSE_JSON('{\"b\": [1.50, null], \"a\": \"x\"}') = '{\"a\":\"x\",\"b\":[1.5,null]}'"},
                     [](const CallSite& call) { return bind_parse(call, false); });
  registry.with_rule("TRY_PARSE_JSON",
                     {"TRY_PARSE_JSON(text [, allow_duplicate_keys])", "As PARSE_JSON; NULL for what is no JSON.",
                      "TRY_PARSE_JSON('[1') = NULL"},
                     [](const CallSite& call) { return bind_parse(call, true); });
}

}  // namespace tidemill
