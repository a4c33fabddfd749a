// sql/binder/lateral.cc - what in FROM reads the rows to its left: UNNEST, LATERAL TABLE(f(…)), LATERAL (query). Rule:
// rows of a function are the elements of an ARRAY; rows of a query are joined by what its WHERE says of the left side.
#include "expr/table_function.h"
#include "plan/calc.h"
#include "plan/join_recognition.h"
#include "plan/unnest.h"
#include "plan/values.h"
#include "sql/binder/changelog_function.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/subquery.h"

namespace tidemill {
namespace {

bool is_true(const ast::Expression& expression) {
  const auto* literal = expression.try_as<ast::Literal>();
  return literal != nullptr && literal->literal == ast::LiteralKind::kTrue;
}

std::string_view what_of(const ast::TableReference& table) {
  return table.kind == ast::TableKind::kUnnest ? "UNNEST" : "LATERAL";
}

void check_lateral_join(const ast::JoinedTable& join) {
  const std::string_view what = what_of(*join.right);
  if (join.natural || !join.using_columns.empty())
    throw UserError(join.location, fmt::format("{} is joined with CROSS JOIN, or with ON", what),
                    fmt::format("Write CROSS JOIN {} ….", what));
  if (join.join == ast::JoinKind::kRight || join.join == ast::JoinKind::kFull)
    throw UserError(join.location,
                    fmt::format("{} reads the rows to its left: there is none that it could stand without", what),
                    fmt::format("Write CROSS JOIN or LEFT JOIN {} … ON TRUE.", what));
}

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

void throw_no_table_function(const ast::FunctionCall& call, const FunctionRegistry& functions) {
  const std::string& name = call.name.last().name;
  std::vector<std::string> known;
  for (const FunctionListing& function : functions.list())
    if (function.name.starts_with(kTableFunctionPrefix))
      known.push_back(function.name.substr(kTableFunctionPrefix.size()));
  for (const std::string_view changelog : kChangelogFunctions) known.emplace_back(changelog);
  if (functions.has_scalar(name) || functions.has_aggregate(name)) {
    throw UserError(
        call.location, fmt::format("{} gives a value, not rows: it cannot stand in FROM", name),
        fmt::format("Functions that give rows: {}. UNNEST gives the elements of an ARRAY.", fmt::join(known, ", ")));
  }
  const auto nearest = nearest_name(name, known);
  throw UserError(call.location, fmt::format("There is no function {} that gives rows", name),
                  fmt::format("{}Functions that give rows: {}.",
                              nearest ? fmt::format("Did you mean {}? ", *nearest) : "", fmt::join(known, ", ")));
}

bool QueryBinder::is_lateral(const ast::TableReference& table) {
  switch (table.kind) {
    case ast::TableKind::kUnnest:
      return true;
    case ast::TableKind::kFunction: {
      const auto& function = table.as<ast::FunctionTable>();
      return function.lateral && !is_changelog_function(*function.call);  // its table stands alone
    }
    case ast::TableKind::kDerived:
      return table.as<ast::DerivedTable>().lateral;
    case ast::TableKind::kNamed:
    case ast::TableKind::kJoin:
    case ast::TableKind::kMatch:
      return false;
  }
  CHECK(false);
}

BoundRelation QueryBinder::bind_lateral_join(const ast::JoinedTable& join) {
  check_lateral_join(join);
  BoundRelation left = bind_from(*join.left);
  if (join.right->kind == ast::TableKind::kDerived)
    return bind_lateral_query(std::move(left), join, join.right->as<ast::DerivedTable>());
  const bool keep_empty = join.join == ast::JoinKind::kLeft;
  const bool always = join.on == nullptr || is_true(*join.on);
  if (keep_empty && !always)
    refuse_unsupported(join.on->location,
                       fmt::format("LEFT JOIN {} with a condition other than TRUE", what_of(*join.right)));
  BoundRelation relation = join.right->kind == ast::TableKind::kUnnest
                               ? bind_unnest(std::move(left), join.right->as<ast::UnnestTable>(), keep_empty)
                               : bind_function_rows(std::move(left), join.right->as<ast::FunctionTable>(), keep_empty);
  if (always) return relation;
  const Scope scope = relation.scope();
  ExpressionBinder binder(context_, scope, "ON");
  relation.plan = make_filter(std::move(relation.plan), binder.bind_condition(*join.on));
  return relation;
}

BoundRelation QueryBinder::bind_function_rows(BoundRelation left, const ast::FunctionTable& table, bool keep_empty) {
  const ast::FunctionCall& call = *table.call;
  if (call.name.parts.size() > 1) refuse_unsupported(call.location, "A function with a catalog or database name");
  const Scope scope = left.scope();
  ExpressionBinder binder(context_, scope, call.name.last().name);
  const std::string& name = call.name.last().name;
  if (!context_.functions.has_scalar(table_function_name(name))) throw_no_table_function(call, context_.functions);
  ExpressionPtr rows =
      context_.functions.resolve(table_function_name(name), binder.bind_arguments(call), call.location);
  std::vector<std::string> names = {lower_case(name)};
  const Type element = rows->type().part(0);
  if (element.kind == TypeKind::kRow) {
    names.clear();
    for (const Field& field : element_columns(rows->type())) names.push_back(field.name);
  }
  return bind_elements(std::move(left), std::move(rows), std::move(names), table.alias, false, keep_empty);
}

BoundRelation QueryBinder::bind_lateral_query(BoundRelation left, const ast::JoinedTable& join,
                                              const ast::DerivedTable& table) {
  const Scope outer = left.scope();
  BoundSubquery query = bind_subquery(*table.query, outer);
  const int32_t left_columns = left.plan->schema()->size();
  std::vector<std::string> names;
  for (int32_t i = 0; i < query.visible_columns; ++i) names.push_back(query.plan->schema()->field(i).name);
  if (table.alias && !table.alias->columns.empty()) {
    if (table.alias->columns.size() != names.size())
      throw UserError(table.alias->name.location, fmt::format("{} has {} names for {} columns", table.alias->name.name,
                                                              table.alias->columns.size(), names.size()));
    for (size_t i = 0; i < names.size(); ++i) names[i] = table.alias->columns[i].name;
  }
  std::vector<std::string> all_names = names;
  for (int32_t i = query.visible_columns; i < query.plan->schema()->size(); ++i)
    all_names.push_back(query.plan->schema()->field(i).name);
  query.plan = rename_columns(std::move(query.plan), all_names);

  BoundRelation relation = std::move(left);
  relation.relations.push_back(
      {table.alias ? std::vector<std::string>{table.alias->name.name} : std::vector<std::string>{}, left_columns,
       query.visible_columns});
  for (int32_t i = 0; i < query.visible_columns; ++i) relation.visible.push_back(left_columns + i);
  std::vector<ExpressionPtr> conditions = conditions_over_both(query, left_columns);
  if (join.on != nullptr && !is_true(*join.on)) {
    const PlanPtr pairs =
        make_join(relation.plan, query.plan, JoinType::kInner, nullptr, RegularMatch{}, join.location);
    const Scope scope(pairs->schema(), relation.relations, relation.visible);
    ExpressionBinder binder(context_, scope, "ON");
    conditions.push_back(binder.bind_condition(*join.on));
  }
  const JoinType type = join.join == ast::JoinKind::kLeft ? JoinType::kLeft : JoinType::kInner;
  const PlanPtr joined =
      make_join(relation.plan, query.plan, type, conjunction_of(std::move(conditions)), RegularMatch{}, join.location);
  relation.plan = recognize_join(joined->as<JoinNode>());
  if (!query.counts || type != JoinType::kLeft) return relation;
  // COUNT of no rows is 0, and not the NULL of a row that fits nothing.
  std::vector<ExpressionPtr> columns = column_references(*relation.plan->schema());
  ExpressionPtr& count = columns[static_cast<size_t>(left_columns)];
  count = context_.functions.resolve("COALESCE", {count, make_literal(Value::big_int(0))}, table.location);
  relation.plan = make_project(relation.plan, std::move(columns), relation.plan->schema()->names());
  return relation;
}

}  // namespace tidemill
