// planner/expand_create.h - CREATE TABLE … LIKE and … AS as statements without them. Rule: what is returned, run in
// place of the statement, gives the table that the statement means.
#pragma once
#include <memory>

#include "data/schema.h"
#include "plan/table_definition.h"
#include "sql/ast/statement.h"

namespace tidemill {

// Returns the statement with what LIKE takes over from `base`. Source: Flink, MergeTableLikeUtil. Throws UserError
// where both have something that must not clash.
std::unique_ptr<ast::CreateTable> expand_like(const ast::CreateTable& statement, const TableDefinition& base);

// Returns the statement without its query, with the query's columns: those that it declares itself come first, and one
// that the query has too stays in the query's place, with the declared type.
std::unique_ptr<ast::CreateTable> expand_as(const ast::CreateTable& statement, const Schema& query);
// Returns INSERT INTO the table of the statement, with its query's rows.
ast::StatementPtr insert_of(const ast::CreateTable& statement, const Schema& query);

}  // namespace tidemill
