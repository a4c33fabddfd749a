// sql/parser/grammar.h - the rules of the grammar that more than one parser file uses. Rule: each reads at the cursor
// what it is named for and leaves the cursor just behind it, or throws UserError.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/ast.h"
#include "sql/parser/token_cursor.h"

namespace tidemill {

// name.cc. `what` says in errors what the name is of; it ends in "name".
bool at_identifier(TokenCursor& cursor, size_t ahead = 0);
ast::Identifier parse_identifier(TokenCursor& cursor, std::string_view what);
ast::QualifiedName parse_qualified_name(TokenCursor& cursor, std::string_view what);
std::vector<ast::Identifier> parse_parenthesised_names(TokenCursor& cursor, std::string_view what);
bool at_string(TokenCursor& cursor, size_t ahead = 0);
// Reads a string literal of any form, decoded. `what` is what the string is.
std::string parse_string(TokenCursor& cursor, std::string_view what = "a string in single quotes");
// Reads a whole number that fits 32 bits, as of DECIMAL(10, 2).
int32_t parse_small_number(TokenCursor& cursor, std::string_view what);

// Tell whether a word that the grammar has no keyword for is at the cursor, and take it. `word` is in upper case.
bool at_word(TokenCursor& cursor, std::string_view word, size_t ahead = 0);
bool accept_word(TokenCursor& cursor, std::string_view word);
void expect_word(TokenCursor& cursor, std::string_view word);

// type_name.cc
ast::TypeName parse_type_name(TokenCursor& cursor);  // without NOT NULL
ast::TypeName parse_type_name_with_nullability(TokenCursor& cursor);
ast::IntervalQualifier parse_interval_qualifier(TokenCursor& cursor);
// Reads the unit of EXTRACT, FLOOR, TIMESTAMPADD: DAY, WEEK, DOW, …
std::unique_ptr<ast::Symbol> parse_time_unit(TokenCursor& cursor);

// expression.cc
ast::ExpressionPtr parse_expression(TokenCursor& cursor);
// Reads an expression whose outermost operators all bind at least as tightly as `precedence`.
ast::ExpressionPtr parse_operators(TokenCursor& cursor, int precedence);
// Reads an item of a select list: * and t.* too.
ast::ExpressionPtr parse_expression_or_star(TokenCursor& cursor);
std::vector<ast::ExpressionPtr> parse_expressions(TokenCursor& cursor);  // one or more, separated by ','
ast::OrderItem parse_order_item(TokenCursor& cursor);
std::vector<ast::OrderItem> parse_order_items(TokenCursor& cursor);  // behind ORDER BY

// primary.cc
enum class StarRule : uint8_t { kRefused, kAllowed };
ast::ExpressionPtr parse_primary(TokenCursor& cursor, StarRule star = StarRule::kRefused);
// Reads what stands in the parentheses of IN: a query, or else expressions. Cursor behind '('; takes ')'.
struct QueryOrExpressions {
  ast::QueryPtr query;
  std::vector<ast::ExpressionPtr> expressions;
};
QueryOrExpressions parse_query_or_expressions(TokenCursor& cursor);

// literal.cc
bool at_literal(TokenCursor& cursor);
ast::ExpressionPtr parse_literal(TokenCursor& cursor);

// function_call.cc
enum class CallPlace : uint8_t { kScalar, kTable };  // in an expression, in FROM
// Reads from '(' on, with FILTER and OVER behind.
std::unique_ptr<ast::FunctionCall> parse_call(TokenCursor& cursor, ast::QualifiedName name, CallPlace place);
// Tells whether a special word, EXTRACT or TRIM, is at the cursor with '(' behind, and reads the call.
bool at_special_call(TokenCursor& cursor);
ast::ExpressionPtr parse_special_call(TokenCursor& cursor);

// Reads RESPECT NULLS, IGNORE NULLS, WITHIN GROUP (…), FILTER (…) and OVER …, in this order, behind ')'.
void parse_call_suffixes(TokenCursor& cursor, ast::FunctionCall& call);
// Appends an argument without a name.
void add_argument(ast::FunctionCall& call, ast::ExpressionPtr value);

// json_call.cc
// Tells whether JSON_VALUE, JSON_OBJECT or their like is at the cursor with '(' behind, and reads the call.
bool at_json_call(TokenCursor& cursor);
ast::ExpressionPtr parse_json_call(TokenCursor& cursor);

// over.cc
ast::WindowSpecification parse_over(TokenCursor& cursor);  // behind OVER
ast::WindowSpecification parse_parenthesised_window(TokenCursor& cursor);

// query.cc
bool at_query(TokenCursor& cursor);  // SELECT, WITH, VALUES or TABLE; not '('
ast::QueryPtr parse_query(TokenCursor& cursor);
// Tells whether set operators, ORDER BY or LIMIT are at the cursor, which go on a query just read in parentheses.
bool at_query_continuation(TokenCursor& cursor);
ast::QueryPtr continue_query(TokenCursor& cursor, ast::QueryPtr parenthesised);

// select.cc
std::unique_ptr<ast::Select> parse_select(TokenCursor& cursor);
std::vector<ast::Hint> parse_hints(TokenCursor& cursor);  // none when not at /*+

// table_reference.cc
ast::TableReferencePtr parse_from(TokenCursor& cursor);  // behind FROM

// match_recognize.cc
// Reads from MATCH_RECOGNIZE to its closing parenthesis.
ast::TableReferencePtr parse_match_recognize(TokenCursor& cursor, ast::TableReferencePtr input);
// Tells whether FINAL or RUNNING is at the cursor with a call behind, as in MEASURES, and reads it: a call of FINAL.
bool at_measure_semantics(TokenCursor& cursor);
ast::ExpressionPtr parse_measure_semantics(TokenCursor& cursor);

// Statements; one file each. CREATE and DROP dispatch on the word behind.
ast::StatementPtr parse_statement(TokenCursor& cursor);
ast::StatementPtr parse_create(TokenCursor& cursor);
struct CreatePrefix {
  bool temporary = false;
  bool or_replace = false;
};
ast::StatementPtr parse_create_table(TokenCursor& cursor, CreatePrefix prefix);  // behind TABLE
ast::StatementPtr parse_create_view(TokenCursor& cursor, CreatePrefix prefix);   // behind VIEW
// Takes [SYSTEM] FUNCTION where that is at the cursor; returns whether it was, and whether SYSTEM was.
struct FunctionWords {
  bool found = false;
  bool system = false;
};
FunctionWords accept_function_words(TokenCursor& cursor, bool temporary);
ast::StatementPtr parse_create_function(TokenCursor& cursor, CreatePrefix prefix, bool system);  // behind FUNCTION
std::vector<ast::TableOption> parse_table_options(TokenCursor& cursor);                          // behind WITH
std::vector<ast::LikeRule> parse_like_rules(TokenCursor& cursor);
ast::StatementPtr parse_drop(TokenCursor& cursor);
ast::StatementPtr parse_show(TokenCursor& cursor);
ast::StatementPtr parse_describe(TokenCursor& cursor);
ast::StatementPtr parse_use(TokenCursor& cursor);
ast::StatementPtr parse_set(TokenCursor& cursor);
ast::StatementPtr parse_reset(TokenCursor& cursor);
std::unique_ptr<ast::Insert> parse_insert(TokenCursor& cursor);
ast::StatementPtr parse_execute(TokenCursor& cursor);
ast::StatementPtr parse_begin(TokenCursor& cursor);
ast::StatementPtr parse_statement_set(TokenCursor& cursor);  // at STATEMENT SET BEGIN
ast::StatementPtr parse_explain(TokenCursor& cursor);

// Sets the exact source text of a statement that starts at byte `begin` and ends at the cursor.
void set_source_text(TokenCursor& cursor, ast::Statement& statement, size_t begin);

// Throws: `what` is known to Flink but not to this engine.
[[noreturn]] void fail_not_supported(TokenCursor& cursor, std::string_view what, std::string hint = "");
// Throws that where the word at the cursor is one of `words`, which are in upper case. `verb` stands before it: SHOW.
void refuse_unsupported(TokenCursor& cursor, std::string_view verb, std::span<const std::string_view> words);

// Take IF NOT EXISTS and IF EXISTS. Return whether they were there.
bool accept_if_not_exists(TokenCursor& cursor);
bool accept_if_exists(TokenCursor& cursor);

// What Flink can CREATE and DROP, and this engine cannot.
inline constexpr std::string_view kUnsupportedObjects[] = {"CATALOG",      "DATABASE",   "MODEL",
                                                           "MATERIALIZED", "CONNECTION", "SYSTEM"};

}  // namespace tidemill
