// sql/binder/from.cc - FROM to plans. Rule: a name means a query of WITH first, then what the catalog has.
#include <algorithm>
#include <numeric>

#include "data/side_rows.h"
#include "expr/table_function.h"
#include "plan/calc.h"
#include "plan/scan.h"
#include "plan/side_rows.h"
#include "plan/values.h"
#include "sql/binder/changelog_function.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/state_function.h"
#include "sql/binder/table_binder.h"
#include "sql/binder/window_definition.h"
#include "sql/parser.h"
#include "sql/to_sql.h"

namespace tidemill {
namespace {

std::vector<std::string> parts_of(const ast::QualifiedName& name) {
  std::vector<std::string> parts;
  for (const ast::Identifier& part : name.parts) parts.push_back(part.name);
  return parts;
}

std::vector<std::string> path_of(const ObjectName& name) { return {name.catalog, name.database, name.name}; }

BoundRelation with_alias(BoundRelation relation, const ast::TableAlias& alias) {
  if (!alias.columns.empty()) {
    const auto columns = static_cast<size_t>(relation.plan->schema()->size());
    if (alias.columns.size() != columns) {
      throw UserError(alias.name.location,
                      fmt::format("{} has {} names for {} columns", alias.name.name, alias.columns.size(), columns));
    }
    std::vector<std::string> names;
    for (const ast::Identifier& column : alias.columns) names.push_back(column.name);
    relation.plan = rename_columns(std::move(relation.plan), names);
  }
  return BoundRelation::of(std::move(relation.plan), {alias.name.name});
}

}  // namespace

TableDefinitionPtr with_hints(TableDefinitionPtr table, const std::vector<ast::Hint>& hints) {
  if (hints.empty()) return table;
  auto changed = std::make_shared<TableDefinition>(*table);
  for (const ast::Hint& hint : hints) {
    if (hint.name.name != "OPTIONS") {
      refuse_unsupported(hint.name.location, fmt::format("The hint {}", hint.name.name));
    }
    for (const ast::HintArgument& argument : hint.arguments) {
      if (!argument.key) throw UserError(hint.name.location, "OPTIONS takes 'key' = 'value' pairs");
      const auto known =
          std::ranges::find(changed->options, *argument.key, &std::pair<std::string, std::string>::first);
      if (known != changed->options.end()) {
        known->second = argument.value;
      } else {
        changed->options.emplace_back(*argument.key, argument.value);
      }
    }
  }
  return changed;
}

namespace {

// What stands alone in FROM is computed once.
BoundRelation one_empty_row() { return BoundRelation::of(make_values(make_schema({}), {{}}), {}); }

}  // namespace

BoundRelation BoundRelation::of(PlanPtr plan, std::vector<std::string> path) {
  const int32_t columns = plan->schema()->size();
  std::vector<int32_t> visible(static_cast<size_t>(columns));
  std::iota(visible.begin(), visible.end(), 0);
  return {std::move(plan), {{std::move(path), 0, columns}}, std::move(visible)};
}

BoundRelation QueryBinder::bind_from(const ast::TableReference& table) {
  BoundRelation relation;
  switch (table.kind) {
    case ast::TableKind::kNamed: {
      const auto& named = table.as<ast::NamedTable>();
      if (named.as_of) refuse_unsupported(named.as_of->location, "FOR SYSTEM_TIME AS OF outside of a join");
      return bind_named(named);
    }
    case ast::TableKind::kDerived: {
      const auto& derived = table.as<ast::DerivedTable>();
      relation = BoundRelation::of(bind(*derived.query), {});
      break;
    }
    case ast::TableKind::kFunction: {
      const auto& function = table.as<ast::FunctionTable>();
      if (context_.functions.has_scalar(table_function_name(function.call->name.last().name)))
        return bind_function_rows(one_empty_row(), function, false);
      relation = bind_function_table(function);
      break;
    }
    case ast::TableKind::kMatch:
      relation = bind_match(table.as<ast::MatchTable>());
      break;
    case ast::TableKind::kUnnest:
      return bind_unnest(one_empty_row(), table.as<ast::UnnestTable>(), false);
    case ast::TableKind::kJoin:
      return bind_join(table.as<ast::JoinedTable>());
  }
  return table.alias ? with_alias(std::move(relation), *table.alias) : relation;
}

BoundRelation QueryBinder::bind_named(const ast::NamedTable& named) {
  BoundRelation relation =
      named.path ? bind_file(*named.path, named.location, named.hints) : bind_name(named.name, named.hints);
  return named.alias ? with_alias(std::move(relation), *named.alias) : relation;
}

BoundRelation QueryBinder::bind_table_argument(const ast::TableArgument& argument) {
  if (!argument.order_by.empty()) refuse_unsupported(argument.location, "ORDER BY in a table argument");
  if (argument.path) return bind_file(*argument.path, argument.location, {});
  if (argument.query) return BoundRelation::of(bind(*argument.query), {});
  return bind_name(argument.table, {});
}

BoundRelation QueryBinder::bind_name(const ast::QualifiedName& name, const std::vector<ast::Hint>& hints) {
  const std::vector<std::string> parts = parts_of(name);
  if (parts.size() == 1) {
    for (auto named = named_queries_.rbegin(); named != named_queries_.rend(); ++named) {
      if (named->name == parts.front()) return BoundRelation::of(named->plan, parts);
    }
  }
  const ObjectName full = context_.catalog.qualify(parts, name.location());
  ObjectName table = full;
  if (const std::optional<SideRows> side = take_side_suffix(table.name); side && context_.catalog.find(full) == nullptr)
    return bind_side_rows(*side, table, full, name.location(), hints);
  // What WITH names is as good a guess for a misspelt name as what the catalog knows.
  if (parts.size() == 1 && context_.catalog.find(full) == nullptr) {
    std::vector<std::string> known;
    for (const NamedQuery& named : named_queries_) known.push_back(named.name);
    if (const auto nearest = nearest_name(parts.front(), known)) {
      throw UserError(name.location(), fmt::format("Unknown table or view: {}", parts.front()),
                      fmt::format("Did you mean '{}'?", *nearest));
    }
  }
  const CatalogObject& object = context_.catalog.get(full, name.location());
  if (object.is_view()) {
    if (!hints.empty()) throw UserError(hints.front().name.location, "Hints are for tables, and this is a view");
    return BoundRelation::of(bind_view(*object.view, name.location()), path_of(full));
  }
  return BoundRelation::of(make_scan(with_hints(object.table, hints)), path_of(full));
}

BoundRelation QueryBinder::bind_side_rows(SideRows side, const ObjectName& table, const ObjectName& name,
                                          SourceLocation location, const std::vector<ast::Hint>& hints) {
  const std::string_view what = side == SideRows::kLate ? "late rows" : "records in error";
  const CatalogObject& object = context_.catalog.get(table, location);
  if (object.is_view()) {
    throw UserError(location, fmt::format("{} is a view, and {} are those of a table", table.name, what),
                    fmt::format("Read the {} of a table that the view reads.", what));
  }
  if (!hints.empty())
    throw UserError(hints.front().name.location, fmt::format("{}{} takes no hints", table.name, suffix_of(side)));
  return BoundRelation::of(make_side_rows(side, object.table), path_of(name));
}

const PlanPtr& QueryBinder::bind_view(const ViewDefinition& view, SourceLocation location) {
  const auto known = bound_views_.find(view.name);
  if (known != bound_views_.end()) return known->second;
  return bound_views_.emplace(view.name, expand_view(view, location)).first->second;
}

PlanPtr QueryBinder::expand_view(const ViewDefinition& view, SourceLocation location) {
  if (std::ranges::find(open_views_, view.name) != open_views_.end()) {
    throw UserError(location, fmt::format("The view reads itself: {}", view.name.name));
  }
  open_views_.push_back(view.name);
  std::vector<NamedQuery> outer = std::exchange(named_queries_, {});  // a view sees no WITH of its user
  PlanPtr plan;
  try {
    plan = bind(*parse_query(view.query));
  } catch (const UserError& error) {
    throw UserError(location, fmt::format("In view {}: {}", view.name.name, error.what()), error.hint());
  }
  named_queries_ = std::move(outer);
  open_views_.pop_back();
  std::vector<std::string> names;
  bool same = static_cast<size_t>(plan->schema()->size()) == view.columns.size();
  for (size_t i = 0; i < view.columns.size() && same; ++i) {
    same = plan->schema()->field(static_cast<int32_t>(i)).type == view.columns[i].type;
    names.push_back(view.columns[i].name);
  }
  if (!same) {
    throw UserError(location,
                    fmt::format("What the view reads has other columns than at its creation: {}", view.name.name),
                    "Drop the view and create it again.");
  }
  return rename_columns(std::move(plan), names);
}

BoundRelation QueryBinder::bind_file(const std::string& path, SourceLocation location,
                                     const std::vector<ast::Hint>& hints) {
  return BoundRelation::of(make_scan(with_hints(context_.files.infer(path, location), hints)), {});
}

BoundRelation QueryBinder::bind_function_table(const ast::FunctionTable& table) {
  if (is_state_function(*table.call))
    return BoundRelation::of(make_scan(bind_state_function(*table.call, context_)), {});
  if (is_changelog_function(*table.call)) return bind_changelog_function(*table.call);
  return bind_window_function(*table.call);
}

}  // namespace tidemill
