// sql/binder/unnest.cc - UNNEST, and functions that give rows, to plans. Rule: the collection is an
// expression over the tables to its left.
#include "plan/unnest.h"

#include "plan/calc.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"

namespace tidemill {
namespace {

// What the columns are called: as the alias says, one value without names by the alias itself.
std::vector<std::string> given_names(std::vector<std::string> names, const std::optional<ast::TableAlias>& alias,
                                     bool one_value) {
  if (!alias) return names;
  if (alias->columns.empty()) return one_value ? std::vector<std::string>{alias->name.name} : names;
  if (alias->columns.size() != names.size()) {
    throw UserError(alias->name.location, fmt::format("{} has {} names for {} columns", alias->name.name,
                                                      alias->columns.size(), names.size()));
  }
  for (size_t i = 0; i < names.size(); ++i) names[i] = alias->columns[i].name;
  return names;
}

}  // namespace

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
  std::vector<std::string> names;
  for (const Field& field : element_columns(type)) names.push_back(field.name);
  return bind_elements(std::move(left), std::move(collection), std::move(names), unnest.alias, unnest.with_ordinality,
                       keep_empty);
}

BoundRelation QueryBinder::bind_elements(BoundRelation left, ExpressionPtr collection, std::vector<std::string> names,
                                         const std::optional<ast::TableAlias>& alias, bool with_ordinality,
                                         bool keep_empty) {
  const bool one_value = names.size() == 1 && !with_ordinality && collection->type().part(0).kind != TypeKind::kRow;
  if (with_ordinality) names.emplace_back("ORDINALITY");
  names = given_names(std::move(names), alias, one_value);
  const SchemaPtr schema = left.plan->schema();
  int32_t column = schema->size();
  if (const auto* reference = collection->try_as<ColumnReference>()) {
    column = reference->index();
  } else {
    std::vector<ExpressionPtr> columns = column_references(*schema);
    std::vector<std::string> column_names = schema->names();
    columns.push_back(std::move(collection));
    column_names.emplace_back("$unnest");
    left.plan = make_project(std::move(left.plan), std::move(columns), std::move(column_names));
  }
  const int32_t first = left.plan->schema()->size();
  left.plan = make_unnest(std::move(left.plan), column, keep_empty, with_ordinality, names);
  std::vector<std::string> path;
  if (alias) path = {alias->name.name};
  const auto count = static_cast<int32_t>(names.size());
  left.relations.push_back({std::move(path), first, count});
  for (int32_t i = 0; i < count; ++i) left.visible.push_back(first + i);
  return left;
}

}  // namespace tidemill
