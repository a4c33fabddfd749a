// tests/unit/functions/function_harness.h - calls functions by name on literals and prints what they yield. Rule: no
// SQL text, so that a failure here is a failure of a function.
#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "data/value_text.h"
#include "expr/cast.h"
#include "expr/evaluator.h"
#include "functions/all.h"

namespace tidemill {

// Literals as SQL writes them.
inline ExpressionPtr literal(int32_t value) { return make_literal(Value::integer(value)); }
inline ExpressionPtr literal(int64_t value) { return make_literal(Value::big_int(value)); }
inline ExpressionPtr literal(double value) { return make_literal(Value::float64(value)); }
inline ExpressionPtr literal(bool value) { return make_literal(Value::boolean(value)); }
inline ExpressionPtr literal(const char* text) { return make_literal(Value::characters(text)); }
inline ExpressionPtr null_of(const Type& type) { return make_literal(Value::null(type)); }
inline ExpressionPtr null() { return null_of(Type::null()); }
// Casts a literal, as CAST('…' AS type) would.
inline ExpressionPtr typed(const Type& type, ExpressionPtr value) {
  ExpressionPtr cast = make_cast(std::move(value), type, false, {});
  return make_literal(evaluate_constant(*cast, EvaluationContext()).with_type(type.not_null()));
}
inline ExpressionPtr typed(const Type& type, const char* text) { return typed(type, literal(text)); }
// A numeric literal with a point: DECIMAL of as many digits as written.
inline ExpressionPtr decimal(const std::string& text) {
  const size_t point = text.find('.');
  const auto scale = static_cast<int32_t>(point == std::string::npos ? 0 : text.size() - point - 1);
  auto digits = static_cast<int32_t>(std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; }));
  if (text.starts_with("0.") || text.starts_with("-0.")) --digits;
  return typed(Type::decimal(std::max(digits, scale), scale), text.c_str());
}

class FunctionHarness {
 public:
  FunctionHarness() { register_builtin_functions(registry_); }
  const FunctionRegistry& registry() const { return registry_; }
  EvaluationContext& context() { return context_; }

  ExpressionPtr call(std::string_view name, std::vector<ExpressionPtr> arguments) const {
    return registry_.resolve(name, std::move(arguments), {});
  }
  // Returns the row text of a constant expression, or "error: …".
  std::string value(const ExpressionPtr& expression) const {
    try {
      const Value result = evaluate_constant(*expression, context_);
      std::string text;
      append_row_text(text, *result.to_column(1), 0);
      return text;
    } catch (const UserError& error) {
      return std::string("error: ") + error.what();
    }
  }
  std::string value(std::string_view name, std::vector<ExpressionPtr> arguments) const {
    try {
      return value(call(name, std::move(arguments)));
    } catch (const UserError& error) {
      return std::string("error: ") + error.what();
    }
  }
  std::string type(std::string_view name, std::vector<ExpressionPtr> arguments) const {
    return call(name, std::move(arguments))->type().to_string();
  }

 private:
  FunctionRegistry registry_;
  EvaluationContext context_;
};

}  // namespace tidemill
