// CASE, IF, NULLIF, COALESCE, IFNULL: branches that evaluate only the rows that reach them; GREATEST and LEAST.
#include <bit>
#include <cmath>

#include "expr/type_coercion.h"
#include "functions/bind.h"
#include "functions/families.h"

namespace tidemill {
namespace {

// Conditions at even places, results at odd ones and last, as Case has them. nullptr where they do not fit.
ExpressionPtr make_case(std::vector<ExpressionPtr> children) {
  std::vector<ExpressionPtr> results;
  for (size_t i = 1; i < children.size(); i += 2) results.push_back(children[i]);
  results.push_back(children.back());
  const auto type = common_type(results);
  if (!type) return nullptr;
  for (size_t i = 0; i < children.size(); ++i) {
    const bool is_condition = i % 2 == 0 && i + 1 != children.size();
    const Type target = is_condition ? Type::boolean() : *type;
    if (is_condition && !casts_implicitly(children[i]->type(), target)) return nullptr;
    children[i] = coerce(std::move(children[i]), target);
  }
  return std::make_shared<Case>(std::move(children), *type);
}

ExpressionPtr bind_case(const CallSite& site) {
  if (site.size() < 3 || site.size() % 2 == 0) return nullptr;
  return make_case({site.arguments.begin(), site.arguments.end()});
}

ExpressionPtr bind_if(const CallSite& site) { return site.size() == 3 ? bind_case(site) : nullptr; }

ExpressionPtr bind_nullif(const CallSite& site) {
  if (site.size() != 2) return nullptr;
  const ExpressionPtr& value = site.arguments[0];
  ExpressionPtr same = site.registry.resolve("=", {value, site.arguments[1]}, site.location);
  return make_case({std::move(same), make_literal(Value::null(value->type())), value});
}

ExpressionPtr bind_coalesce(const CallSite& site) {
  if (site.size() == 0) return nullptr;
  const auto type = common_type(site.arguments);
  if (!type) return nullptr;
  std::vector<ExpressionPtr> operands;
  bool nullable = true;
  for (const ExpressionPtr& argument : site.arguments) {
    operands.push_back(coerce(argument, *type));
    nullable = nullable && argument->type().nullable;
  }
  if (operands.size() == 1) return operands.front();
  return std::make_shared<Coalesce>(std::move(operands), type->with_nullable(nullable));
}

ExpressionPtr bind_ifnull(const CallSite& site) { return site.size() == 2 ? bind_coalesce(site) : nullptr; }

// Java's Double.compare: NaN is above everything, 0.0 above -0.0.
template <class T>
bool is_above(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && !std::isnan(b);
    if (a == b) return !std::signbit(a) && std::signbit(b);
  }
  return a > b;
}

template <class T>
ScalarFunctionPtr extreme_kernel(bool greatest) {
  return make_kernel([greatest](T a, T b) { return is_above(b, a) == greatest ? b : a; });
}

// Texts: the result is one of the arguments, whose bytes are kept alive.
ScalarFunctionPtr extreme_text_kernel(bool greatest) {
  return make_kernel(
      [greatest](std::string_view a, std::string_view b) -> std::string_view { return (b > a) == greatest ? b : a; });
}

ExpressionPtr bind_extreme(bool greatest, const CallSite& site) {
  if (site.size() == 0) return nullptr;
  const auto type = common_type(site.arguments);
  if (!type || !type->is_ordered()) return nullptr;
  ExpressionPtr result = coerce(site.arguments[0], *type);
  for (const ExpressionPtr& argument : site.arguments.subspan(1)) {
    ScalarFunctionPtr kernel = dispatch_physical(type->physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, Text>) return extreme_text_kernel(greatest);
      return extreme_kernel<T>(greatest);
    });
    const bool nullable = result->type().nullable || argument->type().nullable;
    result =
        make_call(site, std::move(kernel), {std::move(result), coerce(argument, *type)}, type->with_nullable(nullable));
  }
  return result;
}

}  // namespace

void register_conditional_functions(FunctionRegistry& registry) {
  registry.with_rule("CASE",
                     {"CASE WHEN condition THEN result ... [ELSE result] END",
                      "The result of the first condition that is TRUE.", "CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END = 'b'"},
                     bind_case);
  registry.with_rule(
      "IF", {"IF(condition, a, b)", "a where the condition is TRUE, otherwise b.", "IF(1 > 2, 'a', 'b') = 'b'"},
      bind_if);
  registry.with_rule("NULLIF", {"NULLIF(a, b)", "NULL where a = b, otherwise a.", "NULLIF(1, 2) = 1"}, bind_nullif);
  registry.with_rule("COALESCE", {"COALESCE(a, b, ...)", "The first that is not NULL.", "COALESCE(NULL, 2) = 2"},
                     bind_coalesce);
  registry.with_rule("IFNULL", {"IFNULL(a, b)", "b where a is NULL, otherwise a.", "IFNULL(NULL, 2) = 2"}, bind_ifnull);
  registry.with_rule("GREATEST",
                     {"GREATEST(a, b, ...)", "The greatest; NULL where one is NULL.", "GREATEST(1, 3, 2) = 3"},
                     [](const CallSite& site) { return bind_extreme(true, site); });
  registry.with_rule("LEAST", {"LEAST(a, b, ...)", "The smallest; NULL where one is NULL.", "LEAST(3, 1, 2) = 1"},
                     [](const CallSite& site) { return bind_extreme(false, site); });
}

}  // namespace tidemill
