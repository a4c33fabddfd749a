// TRANSLATE maps characters to characters, ELT a number to a text.
#include <vector>

#include "base/utf8.h"
#include "expr/cast.h"
#include "expr/result_column.h"
#include "expr/type_coercion.h"
#include "functions/bind.h"
#include "functions/families.h"
#include "functions/string_pieces.h"

namespace tidemill {
namespace {

// Appends `text` with each character of `from` replaced by the one at its place in `to`, or left out where there is
// none; of equal characters of `from` the first counts.
void append_translated(std::string& out, std::string_view text, std::string_view from, std::string_view to) {
  while (!text.empty()) {
    const std::string_view point = code_points(text, 0, 1);
    text.remove_prefix(point.size());
    const int32_t place = position_of(point, from, 1);
    out += place == 0 ? point : code_points(to, place - 1, 1);
  }
}

// NULL for the characters means none: only the text's own NULL counts.
ExpressionPtr bind_translate(const CallSite& call) {
  if (call.size() != 3) return nullptr;
  std::vector<ExpressionPtr> arguments;
  for (const ExpressionPtr& argument : call.arguments) {
    const Type& type = argument->type();
    if (!type.is_character() && type.kind != TypeKind::kNull) return nullptr;
    arguments.push_back(type.is_character() ? argument : coerce(argument, Type::string()));
  }
  ScalarFunctionPtr kernel = make_kernel(
      [](std::string& out, std::string_view text, std::optional<std::string_view> from,
         std::optional<std::string_view> to) { append_translated(out, text, from.value_or(""), to.value_or("")); });
  return make_call(call, std::move(kernel), std::move(arguments), Type::string().with_nullable(call.type(0).nullable));
}

// Argument 0 is the number of the argument that is the result.
class Elt final : public ScalarFunction {
 public:
  ColumnPtr evaluate(const CallInput& call) const override {
    ResultColumn<Text> out(call.result_type, call.num_rows());
    const Decoded<int64_t> numbers = call.arguments[0]->decode<int64_t>();
    std::vector<Decoded<Text>> choices;
    for (const ColumnPtr& argument : call.arguments.subspan(1)) {
      out.keep_alive(argument->text_buffers());
      choices.push_back(argument->decode<Text>());
    }
    call.selection.for_each([&](int32_t row) {
      const int64_t number = numbers.is_null(row) ? 0 : numbers[row];
      const bool chosen = number >= 1 && number <= static_cast<int64_t>(choices.size()) &&
                          !choices[static_cast<size_t>(number - 1)].is_null(row);
      if (!chosen) return out.set_null(row);
      out[row] = choices[static_cast<size_t>(number - 1)][row];
    });
    return out.finish();
  }
};

ExpressionPtr bind_elt(const CallSite& call) {
  if (call.size() < 2 || !(call.type(0).is_integer() || call.type(0).kind == TypeKind::kNull)) return nullptr;
  const auto type = common_type(call.arguments.subspan(1));
  if (!type || !(type->is_character() || type->is_binary())) return nullptr;
  std::vector<ExpressionPtr> arguments = {coerce(call.arguments[0], Type::big_int())};
  const auto* literal = arguments[0]->try_as<Literal>();
  if (literal != nullptr && !literal->value().is_null() && literal->value().as<int64_t>() < 0) {
    throw UserError(call.location, fmt::format("ELT counts from 1, and {} is negative", literal->value().to_string()));
  }
  for (const ExpressionPtr& choice : call.arguments.subspan(1)) {
    if (!casts_implicitly(choice->type(), *type)) return nullptr;
    arguments.push_back(coerce(choice, *type));
  }
  return make_call(call, std::make_shared<Elt>(), std::move(arguments), type->with_nullable(true));
}

}  // namespace

void register_string_mappings(FunctionRegistry& registry) {
  registry.with_rule("TRANSLATE",
                     {"TRANSLATE(text, from, to)",
                      "Text with each character of from replaced by the one at its place in to, or left out.",
                      "TRANSLATE('hello', 'elo', 'ip') = 'hipp'"},
                     bind_translate);
  registry.alias("TRANSLATE3", "TRANSLATE");
  registry.with_rule("ELT",
                     {"ELT(n, text ...)", "Text number n, from 1; NULL where there is none.", "ELT(2, 'a', 'b') = 'b'"},
                     bind_elt);
}

}  // namespace tidemill
