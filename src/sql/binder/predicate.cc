// sql/binder/predicate.cc - IS, BETWEEN, LIKE, IN, CASE, CAST to expressions. Rule: a condition is BOOLEAN or NULL,
// nothing else.
#include "expr/cast.h"
#include "plan/calc.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/type_name.h"

namespace tidemill {
namespace {

std::string_view test_word(ast::IsTest test) {
  using enum ast::IsTest;
  switch (test) {
    case kNull:
      return "NULL";
    case kTrue:
      return "TRUE";
    case kFalse:
      return "FALSE";
    case kUnknown:
      return "UNKNOWN";
    case kJson:
      return "JSON";
    case kJsonValue:
      return "JSON VALUE";
    case kJsonObject:
      return "JSON OBJECT";
    case kJsonArray:
      return "JSON ARRAY";
    case kJsonScalar:
      return "JSON SCALAR";
  }
  CHECK(false);
}

std::string test_name(const ast::Is& is) {
  return fmt::format("IS {}{}", is.negated ? "NOT " : "", test_word(is.test));
}

}  // namespace

ExpressionPtr ExpressionBinder::bind_is(const ast::Is& is) {
  ExpressionPtr operand = bind(*is.operand);
  const bool logical =
      is.test == ast::IsTest::kTrue || is.test == ast::IsTest::kFalse || is.test == ast::IsTest::kUnknown;
  if (logical) operand = as_condition(std::move(operand), is.operand->location, test_name(is));
  return context_.functions.resolve(test_name(is), {std::move(operand)}, is.location);
}

ExpressionPtr ExpressionBinder::bind_between(const ast::Between& between) {
  const ExpressionPtr operand = bind(*between.operand);
  const ExpressionPtr lower = bind(*between.lower);
  const ExpressionPtr upper = bind(*between.upper);
  ExpressionPtr result = context_.functions.resolve("BETWEEN", {operand, lower, upper}, between.location);
  if (between.symmetric) {
    result =
        make_or({std::move(result), context_.functions.resolve("BETWEEN", {operand, upper, lower}, between.location)});
  }
  return between.negated ? make_not(std::move(result)) : result;
}

ExpressionPtr ExpressionBinder::bind_like(const ast::Like& like) {
  std::vector<ExpressionPtr> arguments = {bind(*like.operand), bind(*like.pattern)};
  if (like.escape) arguments.push_back(bind(*like.escape));
  const std::string name = std::string(like.negated ? "NOT " : "") + (like.similar ? "SIMILAR TO" : "LIKE");
  return context_.functions.resolve(name, std::move(arguments), like.location);
}

ExpressionPtr ExpressionBinder::bind_overlaps(const ast::Binary& overlaps) {
  std::vector<ExpressionPtr> bounds;
  for (const ast::Expression* side : {overlaps.left.get(), overlaps.right.get()}) {
    const auto* row = side->try_as<ast::RowConstructor>();
    if (row == nullptr || row->elements.size() != 2) {
      throw UserError(side->location, "OVERLAPS compares two periods", "Write (start, end) OVERLAPS (start, end).");
    }
    for (const ast::ExpressionPtr& bound : row->elements) bounds.push_back(bind(*bound));
  }
  return context_.functions.resolve("OVERLAPS", std::move(bounds), overlaps.location);
}

ExpressionPtr ExpressionBinder::bind_in_list(const ast::InList& in) {
  std::vector<ExpressionPtr> arguments = {bind(*in.operand)};
  for (const ast::ExpressionPtr& value : in.values) arguments.push_back(bind(*value));
  ExpressionPtr result = context_.functions.resolve("IN", std::move(arguments), in.location);
  return in.negated ? make_not(std::move(result)) : result;
}

ExpressionPtr ExpressionBinder::bind_case(const ast::Case& a_case) {
  const ExpressionPtr operand = a_case.operand ? bind(*a_case.operand) : nullptr;
  std::vector<ExpressionPtr> children;
  for (const ast::CaseBranch& branch : a_case.branches) {
    std::vector<ExpressionPtr> conditions;
    for (const ast::ExpressionPtr& written : branch.conditions) {
      ExpressionPtr condition = bind(*written);
      if (operand != nullptr) {
        condition = context_.functions.resolve("=", {operand, std::move(condition)}, written->location);
      }
      conditions.push_back(as_condition(std::move(condition), written->location, "WHEN"));
    }
    children.push_back(make_or(std::move(conditions)));
    children.push_back(bind(*branch.result));
  }
  children.push_back(a_case.otherwise ? bind(*a_case.otherwise) : make_literal(Value()));
  return context_.functions.resolve("CASE", std::move(children), a_case.location);
}

ExpressionPtr ExpressionBinder::bind_cast(const ast::Cast& cast) {
  ExpressionPtr operand = bind(*cast.operand);
  const Type target = bind_type(cast.type);
  // As in Flink, what a CAST gives is no time attribute, also where the type stays.
  const auto* column = operand->try_as<ColumnReference>();
  const bool outer = column != nullptr && column->index() >= scope_.schema()->size();
  const bool attribute = !outer && time_attribute_of(*operand, *scope_.schema()) != TimeAttribute::kNone;
  if (attribute && operand->type().same_except_nullable(target)) return make_plain_time(operand, cast.location);
  return make_cast(std::move(operand), target, cast.is_try, cast.location);
}

}  // namespace tidemill
