// sql/binder/table_binder.h - CREATE TABLE and INSERT INTO as written to tables and sinks. Rule: what a table declares
// is checked when it is created, what depends on its connector when it is used.
#pragma once
#include "plan/plan_node.h"
#include "plan/table_definition.h"
#include "sql/ast/statement.h"
#include "sql/binder/binding_context.h"

namespace tidemill {

// Returns the table that the statement declares. Throws UserError at the part that is wrong.
TableDefinitionPtr bind_create_table(const ast::CreateTable& statement, const BindingContext& context);

// Returns the plan that ends in the statement's table. Throws UserError at the part that is wrong: unknown table or
// column, columns that differ in number or cannot be stored.
PlanPtr bind_insert(const ast::Insert& statement, const BindingContext& context);

// Returns the table with the options of /*+ OPTIONS('k' = 'v') */ in place of its own. Throws UserError: another hint.
TableDefinitionPtr with_hints(TableDefinitionPtr table, const std::vector<ast::Hint>& hints);

// Returns the view that the statement declares.
ViewDefinitionPtr bind_create_view(const ast::CreateView& statement, const BindingContext& context);

// Returns the function that the statement declares. Throws UserError at the part that is wrong: a name that is taken by
// a built-in function, a body that does not bind over the parameters or gives another type.
FunctionDefinitionPtr bind_create_function(const ast::CreateFunction& statement, const BindingContext& context);

// True where a value of type `from` may be stored in a column of type `to` without CAST being written (Flink:
// LogicalTypeCasts.supportsImplicitCast; it loses digits and length, but never turns text into numbers).
bool stores_implicitly(const Type& from, const Type& to);

}  // namespace tidemill
