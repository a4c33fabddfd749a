// planner/define.cc - CREATE, DROP, SET, RESET. Rule: a statement that fails changes nothing.
#include <algorithm>

#include "base/config_options.h"
#include "data/time_zone.h"
#include "planner/statement_planner.h"
#include "planner/table_access.h"
#include "sql/binder/expression_binder.h"
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
