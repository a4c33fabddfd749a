// = <> < <= > >= and IS [NOT] DISTINCT FROM. Both sides are brought to their comparison type; NaN equals nothing, as in
// Java; text and bytes compare byte by byte, without regard to padding.
#include "data/decimal.h"
#include "expr/cast.h"
#include "expr/type_coercion.h"
#include "functions/bind.h"
#include "functions/families.h"
#include "functions/text_equality.h"

namespace tidemill {
namespace {

enum class Relation : uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

template <class T>
ScalarFunctionPtr relation_kernel(Relation relation) {
  if constexpr (std::is_same_v<T, Text>) {
    if (relation == Relation::kEqual || relation == Relation::kNotEqual)
      return make_text_equality(relation == Relation::kNotEqual);
  }
  switch (relation) {
    case Relation::kEqual:
      return make_total_kernel([](T a, T b) { return a == b; });
    case Relation::kNotEqual:
      return make_total_kernel([](T a, T b) { return a != b; });
    case Relation::kLess:
      return make_total_kernel([](T a, T b) { return a < b; });
    case Relation::kLessOrEqual:
      return make_total_kernel([](T a, T b) { return a <= b; });
    case Relation::kGreater:
      return make_total_kernel([](T a, T b) { return a > b; });
    case Relation::kGreaterOrEqual:
      return make_total_kernel([](T a, T b) { return a >= b; });
  }
  CHECK_MSG(false, "relation {}", static_cast<int>(relation));
}

template <class T>
ScalarFunctionPtr distinct_kernel(bool negated) {
  return make_kernel([negated](std::optional<T> a, std::optional<T> b) {
    const bool same = a.has_value() && b.has_value() ? *a == *b : a.has_value() == b.has_value();
    return same == negated;
  });
}

bool holds(Relation relation, int32_t order) {
  switch (relation) {
    case Relation::kEqual:
      return order == 0;
    case Relation::kNotEqual:
      return order != 0;
    case Relation::kLess:
      return order < 0;
    case Relation::kLessOrEqual:
      return order <= 0;
    case Relation::kGreater:
      return order > 0;
    case Relation::kGreaterOrEqual:
      return order >= 0;
  }
  return false;
}

// Decimals whose common type would lose digits: compared exactly as they are.
ScalarFunctionPtr wide_decimal_kernel(Relation relation, const Type& a, const Type& b) {
  return with_wide_integer(a, [&]<class A>() {
    return with_wide_integer(b, [&]<class B>() {
      return make_kernel([relation, a_scale = a.scale, b_scale = b.scale](A left, B right) {
        return holds(relation, compare_decimals(left, a_scale, right, b_scale));
      });
    });
  });
}

bool common_type_keeps_digits(const Type& a, const Type& b) {
  return std::max(a.precision - a.scale, b.precision - b.scale) + std::max(a.scale, b.scale) <= kDecimalPrecisionMax;
}

// The arguments, brought to one type.
struct Sides {
  ExpressionPtr left, right;
};
std::optional<Sides> common_sides(const CallSite& site) {
  if (site.size() != 2) return std::nullopt;
  const auto type = comparison_type(site.type(0), site.type(1));
  if (!type) return std::nullopt;
  return Sides{coerce(site.arguments[0], *type), coerce(site.arguments[1], *type)};
}

// Text beside a number is read as a number of that type by <, <=, > and >=, as in Flink, which has no such rule for =.
// Beside a DECIMAL it is rounded to as many digits behind the point, and may have more before it.
std::optional<Sides> text_as_number(const CallSite& site) {
  if (site.size() != 2) return std::nullopt;
  const size_t text = site.type(0).is_character() ? 0 : 1;
  Type number = site.type(1 - text);
  if (!site.type(text).is_character() || !number.is_numeric()) return std::nullopt;
  if (number.kind == TypeKind::kDecimal) number = Type::decimal(kDecimalPrecisionMax, number.scale);
  Sides sides = {site.arguments[0], site.arguments[1]};
  ExpressionPtr& side = text == 0 ? sides.left : sides.right;
  side = make_cast(side, number.with_nullable(side->type().nullable), false, site.location);
  return sides;
}

bool exact_decimals(const CallSite& site) {
  return site.size() == 2 && site.type(0).is_exact_numeric() && site.type(1).is_exact_numeric() &&
         (site.type(0).kind == TypeKind::kDecimal || site.type(1).kind == TypeKind::kDecimal);
}

// ROW(a, b) = ROW(c, d) is a = c AND b = d, NULLs included. nullptr where the sides are no such rows.
ExpressionPtr equal_constructors(const CallSite& site) {
  constexpr std::string_view kRow = "ROW";
  const auto constructor = [&](size_t i) {
    const auto* call = site.arguments[i]->try_as<Call>();
    return call != nullptr && call->name() == kRow ? call : nullptr;
  };
  if (site.size() != 2) return nullptr;
  const Call* const left = constructor(0);
  const Call* const right = constructor(1);
  if (left == nullptr || right == nullptr || left->children().size() != right->children().size()) return nullptr;
  std::vector<ExpressionPtr> equalities;
  for (size_t i = 0; i < left->children().size(); ++i)
    equalities.push_back(site.registry.resolve("=", {left->child(i), right->child(i)}, site.location));
  return make_and(std::move(equalities));
}

ExpressionPtr bind_relation(Relation relation, const CallSite& site) {
  if (relation == Relation::kEqual || relation == Relation::kNotEqual) {
    if (ExpressionPtr equal = equal_constructors(site)) {
      return relation == Relation::kEqual ? equal : make_not(std::move(equal));
    }
  }
  const Type result = Type::boolean().with_nullable(site.any_nullable());
  if (exact_decimals(site)) {
    const Type a = decimal_of_exact(site.type(0)), b = decimal_of_exact(site.type(1));
    if (!common_type_keeps_digits(a, b)) {
      return make_call(site, wide_decimal_kernel(relation, a, b),
                       {coerce(site.arguments[0], a), coerce(site.arguments[1], b)}, result);
    }
  }
  const bool orders = relation != Relation::kEqual && relation != Relation::kNotEqual;
  const auto sides = common_sides(site);
  const auto numbers = !sides && orders ? text_as_number(site) : std::nullopt;
  if (numbers) return site.registry.resolve(site.name, {numbers->left, numbers->right}, site.location);
  if (!sides) return nullptr;
  const Type& common = sides->left->type();
  if (orders && !common.is_ordered()) {
    throw UserError(
        site.location,
        fmt::format("{} has no order: {} cannot compare it", common.with_nullable(true).to_string(), site.name),
        "Compare with = or <>, or compare what is inside.");
  }
  const PhysicalType physical = common.physical();
  return dispatch_physical(physical, [&]<class T>() {
    return make_call(site, relation_kernel<T>(relation), {sides->left, sides->right}, result);
  });
}

ExpressionPtr bind_distinct(bool negated, const CallSite& site) {
  auto sides = common_sides(site);
  if (!sides) return nullptr;
  return dispatch_physical(sides->left->type().physical(), [&]<class T>() {
    return make_call(site, distinct_kernel<T>(negated), {sides->left, sides->right}, Type::boolean().not_null());
  });
}

}  // namespace

void register_comparison_functions(FunctionRegistry& registry) {
  const auto relation = [&](std::string_view name, Relation which, FunctionDoc doc) {
    registry.with_rule(name, doc, [which](const CallSite& site) { return bind_relation(which, site); });
  };
  relation("=", Relation::kEqual, {"a = b", "Whether both are equal.", "1 = 1.0 = TRUE"});
  relation("<>", Relation::kNotEqual, {"a <> b", "Whether they differ.", "1 <> 2 = TRUE"});
  relation("<", Relation::kLess, {"a < b", "Whether a is smaller.", "'a' < 'b' = TRUE"});
  relation("<=", Relation::kLessOrEqual, {"a <= b", "Whether a is smaller or equal.", "1 <= 1 = TRUE"});
  relation(">", Relation::kGreater, {"a > b", "Whether a is greater.", "2 > 1 = TRUE"});
  relation(">=", Relation::kGreaterOrEqual, {"a >= b", "Whether a is greater or equal.", "2 >= 1 = TRUE"});
  registry.alias("!=", "<>");
  registry.with_rule(
      "IS DISTINCT FROM",
      {"a IS DISTINCT FROM b", "Whether they differ; NULL is a value here.", "1 IS DISTINCT FROM NULL = TRUE"},
      [](const CallSite& site) { return bind_distinct(false, site); });
  registry.with_rule("IS NOT DISTINCT FROM",
                     {"a IS NOT DISTINCT FROM b", "Whether both are equal; NULL equals NULL here.",
                      "NULL IS NOT DISTINCT FROM NULL = TRUE"},
                     [](const CallSite& site) { return bind_distinct(true, site); });
}

}  // namespace tidemill
