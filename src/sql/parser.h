// sql/parser.h - SQL text to syntax trees. Rule: any text ends in trees or in UserErrors with a position, quickly, and
// never in a crash; the limits are in sql/limits.h.
#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "sql/ast.h"

namespace tidemill {

// Parses all statements of a script, separated by ';'. Throws UserError at the first syntax error.
std::vector<ast::StatementPtr> parse_script(std::string_view script);

// What a whole script holds: the statements that parse, and the errors of those that do not, both in order. Stops after
// 100 errors.
struct ScriptSyntax {
  std::vector<ast::StatementPtr> statements;
  std::vector<UserError> errors;
};

// Parses all statements of a script and gathers every syntax error: after one, goes on behind the next ';'.
ScriptSyntax parse_script_with_errors(std::string_view script);

// Yields the statements of a script one at a time.
class ScriptParser {
 public:
  // Requires: `script` outlives the parser. Throws UserError when the script is longer than kSqlTextBytesMax.
  explicit ScriptParser(std::string_view script);
  ~ScriptParser();
  ScriptParser(const ScriptParser&) = delete;
  ScriptParser& operator=(const ScriptParser&) = delete;

  // Returns the next statement, or nullptr at the end. Throws UserError on a syntax error; the next call then goes on
  // behind the next ';'.
  ast::StatementPtr next();

  // Returns all errors of the statement at which next() threw last: more than one only within a statement set.
  const std::vector<UserError>& errors() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// Parse a text that is one expression, one query, or one data type and nothing more. Throw UserError otherwise.
ast::ExpressionPtr parse_expression(std::string_view text);
ast::QueryPtr parse_query(std::string_view text);
ast::TypeName parse_type_name(std::string_view text);

}  // namespace tidemill
