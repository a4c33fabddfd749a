// planner/define.cc - CREATE, DROP, SET, RESET. Rule: a statement that fails changes nothing.
#include <algorithm>

#include "base/config_options.h"
#include "data/time_zone.h"
#include "planner/expand_create.h"
#include "planner/statement_planner.h"
#include "planner/table_access.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/table_binder.h"

namespace tidemill {
namespace {

BindingContext binding_context(const PlannerSession& session) {
  return {session.catalog, session.config, session.functions, session.files};
}

ObjectName qualify(const Catalog& catalog, const ast::QualifiedName& name) {
  std::vector<std::string> parts;
  for (const ast::Identifier& part : name.parts) parts.push_back(part.name);
  return catalog.qualify(parts, name.location());
}

// Returns where the option that an error is about was written, or the place of the whole clause.
SourceLocation option_location(const ast::CreateTable& statement, const UserError& error) {
  const std::string message = error.what();
  for (const ast::TableOption& option : statement.options) {
    if (message.find("'" + option.key + "'") != std::string::npos) return option.location;
  }
  return statement.options.empty() ? statement.location : statement.options.front().location;
}

}  // namespace

PlannedStatement StatementPlanner::create(const ast::CreateTable& statement) {
  if (statement.query != nullptr) return create_table_as(statement);
  if (!statement.like) return create_table(statement);
  const ast::QualifiedName& name = statement.like->table;
  const CatalogObject& base = session_.catalog.get(qualify(session_.catalog, name), name.location());
  if (base.is_view())
    throw UserError(name.location(), fmt::format("LIKE takes a table, and {} is a view", name.last().name));
  return create_expanded(*expand_like(statement, *base.table), statement.location);
}

// Places in a statement that was made of another one mean nothing to who wrote that one.
NothingToRun StatementPlanner::create_expanded(const ast::CreateTable& expanded, SourceLocation location) {
  try {
    return create_table(expanded);
  } catch (const UserError& error) {
    throw UserError(location, error.what(), error.hint());
  }
}

// The table stays only where its rows can be written.
PlannedStatement StatementPlanner::create_table_as(const ast::CreateTable& statement) {
  const std::string_view refused = statement.temporary                 ? "CREATE TEMPORARY TABLE … AS"
                                   : statement.or_replace              ? "CREATE OR REPLACE TABLE"
                                   : statement.like                    ? "CREATE TABLE … LIKE … AS"
                                   : !statement.partitioned_by.empty() ? "CREATE TABLE … PARTITIONED BY … AS"
                                                                       : "";
  if (!refused.empty()) throw UserError(statement.location, fmt::format("{} is not supported yet", refused));
  const ObjectName name = qualify(session_.catalog, statement.name);
  if (statement.if_not_exists && session_.catalog.find(name) != nullptr) return NothingToRun{};
  const SchemaPtr query = QueryBinder(binding_context(session_)).bind(*statement.query)->schema();
  create_expanded(*expand_as(statement, *query), statement.location);
  try {
    return plan_job(*insert_of(statement, *query), nullptr);
  } catch (const UserError& error) {
    session_.catalog.drop_table(name, false, IfExists::kIgnore, statement.location);
    throw UserError(statement.location, error.what(), error.hint());
  }
}

NothingToRun StatementPlanner::create_table(const ast::CreateTable& statement) {
  TableDefinitionPtr table = bind_create_table(statement, binding_context(session_));
  try {
    TableAccess(session_.connectors, session_.formats).check_declaration(*table);
  } catch (const UserError& error) {
    throw error.at(option_location(statement, error));
  }
  const IfExists if_exists = statement.if_not_exists ? IfExists::kIgnore : IfExists::kFail;
  session_.catalog.add({std::move(table), nullptr}, if_exists, statement.name.location());
  return {};
}

NothingToRun StatementPlanner::create_view(const ast::CreateView& statement) {
  ViewDefinitionPtr view = bind_create_view(statement, binding_context(session_));
  const IfExists if_exists = statement.if_not_exists ? IfExists::kIgnore : IfExists::kFail;
  session_.catalog.add({nullptr, std::move(view)}, if_exists, statement.name.location());
  return {};
}

NothingToRun StatementPlanner::create_function(const ast::CreateFunction& statement) {
  FunctionDefinitionPtr function = bind_create_function(statement, binding_context(session_));
  const IfExists if_exists = statement.if_not_exists ? IfExists::kIgnore : IfExists::kFail;
  session_.catalog.add_function(std::move(function), if_exists, statement.name.location());
  return {};
}

NothingToRun StatementPlanner::drop(const ast::Drop& statement) {
  if (statement.object == ast::DropKind::kFunction) {
    const IfExists missing = statement.if_exists ? IfExists::kIgnore : IfExists::kFail;
    const SourceLocation place = statement.name.location();
    if (statement.name.parts.size() > 1) refuse_unsupported(place, "A function with a catalog or database name");
    session_.catalog.drop_function(statement.name.last().name, statement.temporary, missing, place);
    return {};
  }
  const ObjectName name = qualify(session_.catalog, statement.name);
  const IfExists if_missing = statement.if_exists ? IfExists::kIgnore : IfExists::kFail;
  const SourceLocation location = statement.name.location();
  if (statement.object == ast::DropKind::kTable) {
    session_.catalog.drop_table(name, statement.temporary, if_missing, location);
  } else {
    session_.catalog.drop_view(name, statement.temporary, if_missing, location);
  }
  return {};
}

PlannedStatement StatementPlanner::set(const ast::Set& statement) {
  if (!statement.key) {
    TextResult result;
    result.columns = {"key", "value"};
    for (const auto& [key, value] : session_.config.values()) result.rows.push_back({key, value});
    return result;
  }
  const bool is_zone = *statement.key == kLocalTimeZone.key && statement.value != "default";
  if (is_zone && !TimeZone::find(statement.value)) {
    throw UserError(statement.value_location, fmt::format("Unknown time zone: {}", statement.value),
                    "Use a name such as Europe/Berlin or UTC.");
  }
  NothingToRun result;
  try {
    std::optional<std::string> note = session_.config.set(*statement.key, statement.value);
    if (note) result.notes.push_back(std::move(*note));
  } catch (const UserError& error) {
    throw error.at(statement.key_location);
  }
  return result;
}

// There is one catalog with one database: scripts that name them go on.
NothingToRun StatementPlanner::use(const ast::Use& statement) const {
  std::vector<std::string> parts;
  for (const ast::Identifier& part : statement.name.parts) parts.push_back(part.name);
  const size_t parts_max = statement.catalog ? 1 : 2;
  if (parts.size() > parts_max)
    throw UserError(statement.name.location(),
                    statement.catalog ? "A catalog's name has one part" : "A database's name has two parts at most");
  if (statement.catalog) parts.push_back(session_.catalog.current_database());
  parts.emplace_back();  // of any table
  session_.catalog.qualify(parts, statement.name.location());
  return {};
}

NothingToRun StatementPlanner::reset(const ast::Reset& statement) {
  if (!statement.key) {
    session_.config.reset_all();
    return {};
  }
  try {
    session_.config.reset(*statement.key);
  } catch (const UserError& error) {
    throw error.at(statement.key_location);
  }
  return {};
}

}  // namespace tidemill
