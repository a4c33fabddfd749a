// sql/binder/expression_binder.h - expressions as written to typed expressions. Rule: names come from one scope, types
// and casts from the function registry; what is not supported is refused by name at its place.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "expr/row_position.h"
#include "sql/ast/function_call.h"
#include "sql/binder/aggregate_calls.h"
#include "sql/binder/binding_context.h"
#include "sql/binder/over_calls.h"
#include "sql/binder/pattern_calls.h"
#include "sql/binder/scope.h"

namespace tidemill {

class GroupingCalls;  // sql/binder/grouping_sets.h
class Subqueries;     // sql/binder/subquery.h

class ExpressionBinder {
 public:
  // Both are borrowed. `clause` is where the expressions stand, for messages: "WHERE".
  ExpressionBinder(const BindingContext& context, const Scope& scope, std::string clause)
      : context_(context), scope_(scope), clause_(std::move(clause)) {}

  // Lets aggregate functions stand in the expressions, and gathers them in `calls`.
  void allow_aggregates(AggregateCalls* calls) { calls_ = calls; }
  // Lets GROUPING and its like stand in the expressions, and gathers them in `groupings`.
  void allow_groupings(GroupingCalls* groupings) { groupings_ = groupings; }
  // Lets sub-queries stand in the expressions; each is a column until `subqueries` places it.
  void allow_subqueries(Subqueries* subqueries) { subqueries_ = subqueries; }
  // Lets columns that the scope lacks be those of the query around, from kOuterColumns on. null: there is none.
  void allow_outer(const Scope* outer) { outer_ = outer; }
  // Lets calls with OVER stand in the expressions, and gathers them in `overs`; null: no longer.
  void allow_overs(OverCalls* overs) { overs_ = overs; }
  // Makes columns those of rows of a match, and lets FIRST, CLASSIFIER and their like stand in the expressions.
  void allow_pattern(PatternCalls* pattern) { pattern_ = pattern; }
  // Lets one-part names mean these expressions first (the aliases of SELECT in ORDER BY).
  void set_aliases(std::map<std::string, ExpressionPtr> aliases) { aliases_ = std::move(aliases); }
  // Makes the expressions part of these functions' bodies: a call of one of them is a recursion.
  void set_open_functions(std::vector<std::string> names) { open_functions_ = std::move(names); }
  void set_clause(std::string clause) { clause_ = std::move(clause); }

  // Returns the expression over the scope's columns. Throws UserError at the part that is wrong.
  ExpressionPtr bind(const ast::Expression& expression);
  // Returns the parts of (a, b), or the expression as the only one.
  std::vector<ExpressionPtr> bind_operands(const ast::Expression& expression);
  std::vector<ExpressionPtr> bind_arguments(const ast::FunctionCall& call);
  // The same as bind() for one that must be BOOLEAN.
  ExpressionPtr bind_condition(const ast::Expression& expression);

  // Notes a column that * named; returns where each column of the scope was first named.
  void note_use(int32_t column, SourceLocation location) { first_uses_.emplace(column, location); }
  const std::map<int32_t, SourceLocation>& first_uses() const { return first_uses_; }

 private:
  ExpressionPtr bind_column(const ast::ColumnReference& column);
  ExpressionPtr bind_outer_column(const ast::ColumnReference& column);
  ExpressionPtr bind_path(ExpressionPtr value, const Scope::Path& path, const ast::ColumnReference& column);
  ExpressionPtr bind_field(ExpressionPtr row, const ast::Identifier& field);
  ExpressionPtr bind_constructor(std::string_view name, const std::vector<ast::ExpressionPtr>& elements,
                                 SourceLocation location);
  ExpressionPtr bind_unary(const ast::Unary& unary);
  ExpressionPtr bind_binary(const ast::Binary& binary);
  ExpressionPtr bind_logical(const ast::Logical& logical);
  // predicate.cc
  ExpressionPtr bind_is(const ast::Is& is);
  ExpressionPtr bind_between(const ast::Between& between);
  ExpressionPtr bind_like(const ast::Like& like);
  ExpressionPtr bind_overlaps(const ast::Binary& overlaps);
  ExpressionPtr bind_in_list(const ast::InList& in);
  ExpressionPtr bind_case(const ast::Case& a_case);
  ExpressionPtr bind_cast(const ast::Cast& cast);
  // subquery_expression.cc
  ExpressionPtr bind_in_query(const ast::InQuery& in);
  ExpressionPtr bind_quantified(const ast::Quantified& quantified);
  Subqueries& subqueries(SourceLocation location, std::string_view what);
  ExpressionPtr as_condition(ExpressionPtr expression, SourceLocation location, std::string_view what) const;
  // call.cc
  ExpressionPtr bind_call(const ast::FunctionCall& call);
  ExpressionPtr bind_aggregate(const ast::FunctionCall& call, const std::string& name);
  // Binds the call's arguments, DISTINCT and FILTER.
  BoundAggregate bind_aggregate_call(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr bind_window_property(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr bind_grouping(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr bind_sql_function(const ast::FunctionCall& call,
                                  const FunctionDefinition& function);  // sql_function.cc
  ExpressionPtr bind_current_watermark(const ast::FunctionCall& call);
  ExpressionPtr bind_argument(const ast::FunctionCall& call, const ast::Expression& value);
  // over.cc
  ExpressionPtr bind_over(const ast::FunctionCall& call, const std::string& name);
  BoundAggregate bind_position(const ast::FunctionCall& call, PositionKind kind,
                               const std::vector<BoundOver::Order>& order);
  BoundAggregate bind_lag(const ast::FunctionCall& call, const std::string& name);

  // pattern_calls.cc
  ExpressionPtr bind_pattern_column(const ast::ColumnReference& column);
  PatternReference navigated(PatternReference::Kind kind, const std::vector<int32_t>& variables, int32_t column,
                             const Type& type) const;
  // Returns null for a function that is not one of MATCH_RECOGNIZE.
  ExpressionPtr bind_pattern_call(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr bind_measure_semantics(const ast::FunctionCall& call, const std::string& name);
  ExpressionPtr bind_navigation(const ast::FunctionCall& call, const std::string& name);
  int64_t bind_row_offset(const ast::Expression& written, const std::string& name);
  ExpressionPtr bind_classifier(const ast::FunctionCall& call);
  ExpressionPtr bind_match_rowtime(const ast::FunctionCall& call);
  std::optional<std::vector<int32_t>> variables_of_star(const ast::FunctionCall& call) const;
  ExpressionPtr bind_pattern_aggregate(const ast::FunctionCall& call, const std::string& name);

  const BindingContext& context_;
  const Scope& scope_;
  std::string clause_;
  AggregateCalls* calls_ = nullptr;
  GroupingCalls* groupings_ = nullptr;
  Subqueries* subqueries_ = nullptr;
  const Scope* outer_ = nullptr;
  bool inside_aggregate_ = false;
  std::vector<std::string> open_functions_;  // in whose bodies the expressions stand, outermost first
  OverCalls* overs_ = nullptr;
  PatternCalls* pattern_ = nullptr;
  bool inside_over_ = false;
  std::map<std::string, ExpressionPtr> aliases_;
  std::map<int32_t, SourceLocation> first_uses_;
};

// Returns the name that the function registry has for the operator: "<=".
std::string_view operator_name(ast::BinaryOperator op);
// Throws UserError where the call has DISTINCT, FILTER or what else only aggregate functions take.
void refuse_aggregate_syntax(const ast::FunctionCall& call, const std::string& name);
// Throws UserError: "… is not supported yet".
[[noreturn]] void refuse_unsupported(SourceLocation location, std::string_view what);

}  // namespace tidemill
