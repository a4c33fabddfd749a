// sql/to_sql.h - syntax trees back to SQL. Rule: the text is canonical: parsing it gives the same tree, and the same
// tree always gives the same text (keywords in upper case, names in back-quotes, as few parentheses as possible).
#pragma once
#include <string>
#include <string_view>

#include "sql/ast.h"

namespace tidemill {

std::string to_sql(const ast::Expression& expression);
std::string to_sql(const ast::Query& query);
std::string to_sql(const ast::Statement& statement);
std::string to_sql(const ast::TypeName& type);
std::string to_sql(const ast::QualifiedName& name);
std::string to_sql(const ast::IntervalQualifier& qualifier);
std::string_view to_sql(ast::TimeUnit unit);
std::string_view to_sql(ast::SetOperator op);

// Returns `name` in back-quotes, with back-quotes inside doubled.
std::string quote_identifier(std::string_view name);
// Returns `text` as a string literal, with quotes inside doubled.
std::string quote_string(std::string_view text);

}  // namespace tidemill
