// IS [NOT] NULL, TRUE, FALSE, UNKNOWN; AND, OR, NOT; BETWEEN; IN.
#include <algorithm>

#include "expr/cast.h"
#include "expr/type_coercion.h"
#include "functions/bind.h"
#include "functions/families.h"
#include "functions/text_equality.h"

namespace tidemill {
namespace {

// Reads the validity alone, whatever the type.
class NullTest final : public ScalarFunction {
 public:
  explicit NullTest(bool negated) : negated_(negated) {}
  ColumnPtr evaluate(const CallInput& call) const override {
    const Column& input = *call.arguments[0];
    ResultColumn<uint8_t> out(call.result_type, call.num_rows());
    if (!input.may_have_nulls()) {
      std::memset(out.values(), negated_ ? 1 : 0, static_cast<size_t>(call.num_rows()));
    } else if (input.encoding() == ColumnEncoding::kFlat) {
      const auto* const valid = reinterpret_cast<const uint8_t*>(input.validity_buffer()->data());
      call.selection.for_each([&](int32_t row) { out[row] = static_cast<uint8_t>(bit_at(valid, row) == negated_); });
    } else {
      call.selection.for_each([&](int32_t row) { out[row] = static_cast<uint8_t>(input.is_null(row) != negated_); });
    }
    return out.finish();
  }

 private:
  bool negated_;
};

void register_null_tests(FunctionRegistry& registry) {
  const auto test = [&](std::string_view name, FunctionDoc doc, bool negated) {
    registry.with_rule(name, doc, [negated](const CallSite& site) -> ExpressionPtr {
      if (site.size() != 1) return nullptr;
      return make_call(site, std::make_shared<NullTest>(negated), {site.arguments[0]}, Type::boolean().not_null());
    });
  };
  test("IS NULL", {"a IS NULL", "Whether a is NULL.", "NULL IS NULL = TRUE"}, false);
  test("IS NOT NULL", {"a IS NOT NULL", "Whether a is not NULL.", "1 IS NOT NULL = TRUE"}, true);
}

void register_truth_tests(FunctionRegistry& registry) {
  // {when TRUE, when FALSE, when NULL}
  const auto test = [&](std::string_view name, FunctionDoc doc, bool when_true, bool when_false, bool when_null) {
    const TypedFunction typed = make_typed_function(
        [=](std::optional<bool> value) { return value.has_value() ? (*value ? when_true : when_false) : when_null; });
    registry.with_rule(name, doc, [kernel = typed.kernel](const CallSite& site) -> ExpressionPtr {
      if (site.size() != 1 || !casts_implicitly(site.type(0), Type::boolean())) return nullptr;
      return make_call(site, kernel, {coerce(site.arguments[0], Type::boolean())}, Type::boolean().not_null());
    });
  };
  test("IS TRUE", {"a IS TRUE", "TRUE only for TRUE.", "NULL IS TRUE = FALSE"}, true, false, false);
  test("IS NOT TRUE", {"a IS NOT TRUE", "FALSE only for TRUE.", "NULL IS NOT TRUE = TRUE"}, false, true, true);
  test("IS FALSE", {"a IS FALSE", "TRUE only for FALSE.", "NULL IS FALSE = FALSE"}, false, true, false);
  test("IS NOT FALSE", {"a IS NOT FALSE", "FALSE only for FALSE.", "NULL IS NOT FALSE = TRUE"}, true, false, true);
  test("IS UNKNOWN", {"a IS UNKNOWN", "TRUE only for NULL.", "NULL IS UNKNOWN = TRUE"}, false, false, true);
  test("IS NOT UNKNOWN", {"a IS NOT UNKNOWN", "FALSE only for NULL.", "NULL IS NOT UNKNOWN = FALSE"}, true, true,
       false);
}

std::optional<std::vector<ExpressionPtr>> booleans(const CallSite& site) {
  std::vector<ExpressionPtr> operands;
  for (const ExpressionPtr& argument : site.arguments) {
    if (!casts_implicitly(argument->type(), Type::boolean())) return std::nullopt;
    operands.push_back(coerce(argument, Type::boolean()));
  }
  return operands;
}

void register_logic(FunctionRegistry& registry) {
  registry.with_rule("AND", {"a AND b", "Whether both are TRUE.", "TRUE AND FALSE = FALSE"},
                     [](const CallSite& site) -> ExpressionPtr {
                       auto operands = booleans(site);
                       return operands && site.size() >= 2 ? make_and(std::move(*operands)) : nullptr;
                     });
  registry.with_rule("OR", {"a OR b", "Whether one is TRUE.", "TRUE OR NULL = TRUE"},
                     [](const CallSite& site) -> ExpressionPtr {
                       auto operands = booleans(site);
                       return operands && site.size() >= 2 ? make_or(std::move(*operands)) : nullptr;
                     });
  registry.with_rule("NOT", {"NOT a", "The other truth value.", "NOT TRUE = FALSE"},
                     [](const CallSite& site) -> ExpressionPtr {
                       auto operands = booleans(site);
                       return operands && site.size() == 1 ? make_not(operands->front()) : nullptr;
                     });
}

void register_between(FunctionRegistry& registry) {
  const auto bind = [](const CallSite& site) -> ExpressionPtr {
    if (site.size() != 3) return nullptr;
    return make_and({site.registry.resolve(">=", {site.arguments[0], site.arguments[1]}, site.location),
                     site.registry.resolve("<=", {site.arguments[0], site.arguments[2]}, site.location)});
  };
  registry.with_rule("BETWEEN", {"a BETWEEN low AND high", "Whether low <= a <= high.", "2 BETWEEN 1 AND 3 = TRUE"},
                     bind);
  registry.with_rule("NOT BETWEEN",
                     {"a NOT BETWEEN low AND high", "Whether a < low or a > high.", "2 NOT BETWEEN 1 AND 3 = FALSE"},
                     [bind](const CallSite& site) -> ExpressionPtr {
                       ExpressionPtr between = bind(site);
                       return between ? make_not(std::move(between)) : nullptr;
                     });
}

// A list of literals: few are compared one by one, many searched in order.
template <class T>
class LiteralList final : public ScalarFunction {
 public:
  LiteralList(std::vector<ColumnPtr> literals) : literals_(std::move(literals)) {
    for (const ColumnPtr& literal : literals_) {
      if (literal->is_null(0)) {
        has_null_ = true;
      } else if (const T value = literal->decode<T>()[0]; value == value) {  // NaN is equal to nothing
        values_.push_back(value);
      }
    }
    std::ranges::sort(values_, std::less<T>());
    if constexpr (std::is_same_v<T, Text>) {
      const bool all_short = std::ranges::all_of(values_, &Text::is_inline);
      if (all_short && values_.size() <= kComparedOneByOneMax) {
        for (const Text& value : values_) short_.emplace_back(value);
      }
    }
  }
  ColumnPtr evaluate(const CallInput& call) const override {
    const Decoded<T> input = call.arguments[0]->template decode<T>();
    ResultColumn<uint8_t> out(call.result_type, call.num_rows());
    call.selection.for_each([&](int32_t row) {
      if (input.is_null(row)) return out.set_null(row);
      const bool found = contains(input[row]);
      out[row] = static_cast<uint8_t>(found);
      if (!found && has_null_) out.set_null(row);
    });
    return out.finish();
  }

 private:
  static constexpr size_t kComparedOneByOneMax = 8;
  bool contains(const T& value) const {
    if constexpr (std::is_same_v<T, Text>) {
      if (!short_.empty()) {
        bool found = false;
        for (const ShortText& candidate : short_) found |= candidate == value;
        return found;
      }
    }
    if (values_.size() > kComparedOneByOneMax)
      return std::binary_search(values_.begin(), values_.end(), value, std::less<T>());
    bool found = false;
    for (const T& candidate : values_) found |= candidate == value;
    return found;
  }

  std::vector<ColumnPtr> literals_;  // keep the bytes of texts
  std::vector<T> values_;
  std::vector<ShortText> short_;  // texts, where they are few and all short
  bool has_null_ = false;
};

// A member of the list beside what is looked for: text is read as a number where that is one, and a number becomes text
// where that is text, as in Flink.
ExpressionPtr beside(const Type& sought, const ExpressionPtr& member, SourceLocation location) {
  const Type& type = member->type();
  if (sought.is_numeric() && type.is_character())
    return make_cast(member, sought.with_nullable(type.nullable), false, location);
  if (sought.is_character() && type.is_numeric())
    return make_cast(member, Type::string().with_nullable(type.nullable), false, location);
  return member;
}

// Returns the arguments cast to the one type that all are compared in; empty where there is none.
std::vector<ExpressionPtr> in_one_type(const CallSite& site) {
  std::vector<ExpressionPtr> arguments = {site.arguments[0]};
  std::optional<Type> type = site.type(0);
  for (const ExpressionPtr& argument : site.arguments.subspan(1)) {
    arguments.push_back(beside(site.type(0), argument, site.location));
    type = comparison_type(*type, arguments.back()->type());
    if (!type) return {};
  }
  for (ExpressionPtr& argument : arguments) argument = coerce(argument, *type);
  return arguments;
}

void register_in(FunctionRegistry& registry) {
  const auto bind = [](const CallSite& site) -> ExpressionPtr {
    if (site.size() < 2) return nullptr;
    const std::vector<ExpressionPtr> arguments = in_one_type(site);
    if (arguments.empty()) return nullptr;
    const std::span<const ExpressionPtr> list = std::span(arguments).subspan(1);
    const auto is_literal = [](const ExpressionPtr& e) { return e->kind() == ExpressionKind::kLiteral; };
    if (!std::ranges::all_of(list, is_literal)) {
      std::vector<ExpressionPtr> equalities;
      for (const ExpressionPtr& value : list) {
        equalities.push_back(site.registry.resolve("=", {arguments[0], value}, site.location));
      }
      return make_or(std::move(equalities));
    }
    std::vector<ColumnPtr> literals;
    for (const ExpressionPtr& value : list) literals.push_back(value->as<Literal>().column());
    const bool nullable = std::ranges::any_of(arguments, [](const ExpressionPtr& e) { return e->type().nullable; });
    return dispatch_physical(arguments[0]->type().physical(), [&]<class T>() {
      return make_call(site, std::make_shared<LiteralList<T>>(std::move(literals)), arguments,
                       Type::boolean().with_nullable(nullable));
    });
  };
  registry.with_rule("IN", {"a IN (b, ...)", "Whether a equals one of the list.", "1 IN (1, 2) = TRUE"}, bind);
  registry.with_rule(
      "NOT IN", {"a NOT IN (b, ...)", "Whether a equals none of the list.", "1 NOT IN (1, 2) = FALSE"},
      [](const CallSite& site) -> ExpressionPtr {
        return make_not(site.registry.resolve("IN", {site.arguments.begin(), site.arguments.end()}, site.location));
      });
}

}  // namespace

void register_predicate_functions(FunctionRegistry& registry) {
  register_null_tests(registry);
  register_truth_tests(registry);
  register_logic(registry);
  register_between(registry);
  register_in(registry);
}

}  // namespace tidemill
