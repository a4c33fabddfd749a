// ||, CONCAT and CONCAT_WS: any number of texts.
#include "expr/cast.h"
#include "expr/result_column.h"
#include "functions/families.h"

namespace tidemill {
namespace {

// CONCAT is NULL where one argument is; CONCAT_WS where the separator (its first argument) is, and leaves other NULLs
// out.
class Concat final : public ScalarFunction {
 public:
  explicit Concat(bool with_separator) : with_separator_(with_separator) {}

  ColumnPtr evaluate(const CallInput& call) const override {
    std::vector<Decoded<Text>> texts;
    for (const ColumnPtr& argument : call.arguments) texts.push_back(argument->decode<Text>());
    ResultColumn<Text> out(call.result_type, call.num_rows());
    std::string scratch;
    call.selection.for_each([&](int32_t row) {
      scratch.clear();
      if (with_separator_ ? join(texts, row, scratch) : concatenate(texts, row, scratch)) {
        out[row] = out.copy(scratch);
      } else {
        out.set_null(row);
      }
    });
    return out.finish();
  }

 private:
  static bool concatenate(const std::vector<Decoded<Text>>& texts, int32_t row, std::string& out) {
    for (const Decoded<Text>& text : texts) {
      if (text.is_null(row)) return false;
      out += text[row].view();
    }
    return true;
  }
  static bool join(const std::vector<Decoded<Text>>& texts, int32_t row, std::string& out) {
    if (texts[0].is_null(row)) return false;
    bool first = true;
    for (size_t i = 1; i < texts.size(); ++i) {
      if (texts[i].is_null(row)) continue;
      if (!first) out += texts[0][row].view();
      out += texts[i][row].view();
      first = false;
    }
    return true;
  }

  bool with_separator_;
};

ExpressionPtr bind_concat(const CallSite& call, bool with_separator) {
  if (call.size() < 1) return nullptr;
  std::vector<ExpressionPtr> arguments;
  for (size_t i = 0; i < call.size(); ++i) {
    const Type& type = call.type(i);
    if (!type.is_character() && type.kind != TypeKind::kNull) return nullptr;
    arguments.push_back(type.kind == TypeKind::kNull ? coerce(call.arguments[i], Type::string()) : call.arguments[i]);
  }
  const bool nullable = with_separator ? call.type(0).nullable : call.any_nullable();
  return std::make_shared<Call>(std::string(call.name), std::make_shared<Concat>(with_separator), std::move(arguments),
                                Type::string().with_nullable(nullable), FunctionProperties{}, call.location);
}

}  // namespace

void register_concat_functions(FunctionRegistry& registry) {
  registry.with_rule("||", {"a || b", "Texts joined; NULL where one is.", "'a' || 'b' = 'ab'"},
                     [](const CallSite& call) { return call.size() == 2 ? bind_concat(call, false) : nullptr; });
  registry.with_rule("CONCAT", {"CONCAT(text …)", "Texts joined; NULL where one is.", "CONCAT('a', 'b', 'c') = 'abc'"},
                     [](const CallSite& call) { return bind_concat(call, false); });
  registry.with_rule("CONCAT_WS",
                     {"CONCAT_WS(separator, text …)", "Texts that are not NULL, joined with a separator.",
                      "CONCAT_WS('-', 'a', NULL, 'b') = 'a-b'"},
                     [](const CallSite& call) { return bind_concat(call, true); });
}

}  // namespace tidemill
