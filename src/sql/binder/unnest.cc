// sql/binder/unnest.cc - UNNEST, alone or joined to what holds the collection, to plans. Rule: the collection is an
// expression over the tables to its left.
#include "plan/unnest.h"

#include "plan/calc.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"

namespace tidemill {
namespace {

std::vector<std::string> names_of(const ast::UnnestTable& unnest, const Type& collection) {
  std::vector<std::string> names;
  for (const Field& field : element_columns(collection)) names.push_back(field.name);
  if (unnest.with_ordinality) names.emplace_back("ORDINALITY");
  if (!unnest.alias) return names;
  const ast::TableAlias& alias = *unnest.alias;
  if (alias.columns.empty()) {
    const bool one_value = names.size() == 1 && collection.part(0).kind != TypeKind::kRow;
    if (one_value) names = {alias.name.name};
    return names;
  }
  if (alias.columns.size() != names.size()) {
    throw UserError(alias.name.location,
                    fmt::format("{} has {} names for {} columns", alias.name.name, alias.columns.size(), names.size()));
  }
  names.clear();
  for (const ast::Identifier& column : alias.columns) names.push_back(column.name);
  return names;
}

bool is_true(const ast::Expression& expression) {
  const auto* literal = expression.try_as<ast::Literal>();
  return literal != nullptr && literal->literal == ast::LiteralKind::kTrue;
}

}  // namespace

BoundRelation QueryBinder::bind_unnest_join(const ast::JoinedTable& join) {
  const auto& unnest = join.right->as<ast::UnnestTable>();
  if (join.natural || !join.using_columns.empty()) {
    throw UserError(join.location, "UNNEST is joined with CROSS JOIN, or with ON", "Write CROSS JOIN UNNEST(…).");
  }
  if (join.join == ast::JoinKind::kRight || join.join == ast::JoinKind::kFull) {
    throw UserError(join.location, "UNNEST reads the rows to its left: there is none that it could stand without",
                    "Write CROSS JOIN or LEFT JOIN UNNEST(…) ON TRUE.");
  }
  const bool left = join.join == ast::JoinKind::kLeft;
  const bool always = join.on == nullptr || is_true(*join.on);
  if (left && !always) refuse_unsupported(join.on->location, "LEFT JOIN UNNEST with a condition other than TRUE");
  BoundRelation relation = bind_unnest(bind_from(*join.left), unnest, left);
  if (always) return relation;
  const Scope scope = relation.scope();
  ExpressionBinder binder(context_, scope, "ON");
  relation.plan = make_filter(std::move(relation.plan), binder.bind_condition(*join.on));
  return relation;
}

BoundRelation QueryBinder::bind_unnest(BoundRelation left, const ast::UnnestTable& unnest, bool keep_empty) {
  if (unnest.operands.size() != 1) refuse_unsupported(unnest.location, "UNNEST of several collections");
  const ast::Expression& operand = *unnest.operands.front();
  const Scope scope = left.scope();
  ExpressionBinder binder(context_, scope, "UNNEST");
  ExpressionPtr collection = binder.bind(operand);
  const Type type = collection->type();
  if (!type.is_nested() || type.kind == TypeKind::kRow) {
    throw UserError(operand.location,
                    fmt::format("UNNEST needs an ARRAY, a MAP or a MULTISET, not {}", type.to_string()));
  }
  const SchemaPtr schema = left.plan->schema();
  int32_t column = schema->size();
  if (const auto* reference = collection->try_as<ColumnReference>()) {
    column = reference->index();
  } else {
    std::vector<ExpressionPtr> columns = column_references(*schema);
    std::vector<std::string> names = schema->names();
    columns.push_back(std::move(collection));
    names.emplace_back("$unnest");
    left.plan = make_project(std::move(left.plan), std::move(columns), std::move(names));
  }
  const std::vector<std::string> names = names_of(unnest, type);
  const int32_t first = left.plan->schema()->size();
  left.plan = make_unnest(std::move(left.plan), column, keep_empty, unnest.with_ordinality, names);
  std::vector<std::string> path;
  if (unnest.alias) path = {unnest.alias->name.name};
  const auto count = static_cast<int32_t>(names.size());
  left.relations.push_back({std::move(path), first, count});
  for (int32_t i = 0; i < count; ++i) left.visible.push_back(first + i);
  return left;
}

}  // namespace tidemill
