// sql/binder/subquery.h - sub-queries inside expressions. Rule: while a clause is bound each one stands as a column of
// its own; before the clause is applied, its rows are joined to those of the outer query.
//
// A sub-query may read columns of the query around it in its WHERE: such conditions become those of the join (Calcite's
// RelDecorrelator does it for any place; other places are refused here).
#pragma once
#include <functional>
#include <vector>

#include "plan/plan_node.h"
#include "sql/ast/expression.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/scope.h"

namespace tidemill {

// Columns of expressions under way, beyond any real one: calls of aggregates, sub-queries, columns of the query around.
constexpr int32_t kCallColumns = 1 << 24;
constexpr int32_t kSubqueryColumns = 1 << 25;
constexpr int32_t kOuterColumns = 1 << 26;

// Those of calls with OVER stand further behind (over_calls.h).
inline bool is_outer_column(int32_t column) { return column >= kOuterColumns && column < 2 * kOuterColumns; }
inline bool is_subquery_column(int32_t column) { return column >= kSubqueryColumns && column < kOuterColumns; }
// True where the expression reads a column of the query around it.
bool reads_outer(const Expression& expression);
bool reads_subquery(const Expression& expression);

// A query inside another one. Conditions are over its own columns, and those of the query around it from kOuterColumns
// on.
struct BoundSubquery {
  PlanPtr plan;
  int32_t visible_columns = 0;  // the others serve the conditions
  std::vector<ExpressionPtr> conditions;
  bool counts = false;  // its value is 0, not NULL, where it has no row: COUNT of rows that fit
};

// Returns the conditions over the columns of the plan around, of which there are `outer_columns`, and behind them those
// of the sub-query.
std::vector<ExpressionPtr> conditions_over_both(const BoundSubquery& query, int32_t outer_columns);

// True for = ANY (SELECT …) and <> ALL (SELECT …), which are IN and NOT IN.
bool is_membership(const ast::Quantified& quantified);

// The sub-queries of one SELECT.
class Subqueries {
 public:
  // Both are borrowed. `scope`: the columns of the query around them.
  Subqueries(QueryBinder& queries, const Scope& scope) : queries_(queries), scope_(scope) {}

  // Returns the column that stands for the value of (SELECT …). Throws UserError where it may have several rows.
  ExpressionPtr scalar(const ast::ScalarQuery& query);
  // Returns whether EXISTS (SELECT …), and x IN (SELECT …), as a value.
  ExpressionPtr exists(const ast::Exists& exists);
  ExpressionPtr in(const ast::Query& query, bool negated, const std::vector<ExpressionPtr>& operands,
                   SourceLocation location);
  // The same of a comparison with ANY or ALL of a query, other than = ANY and <> ALL. quantified.cc
  ExpressionPtr quantified(const ast::Quantified& quantified, const ExpressionPtr& operand);

  // Joins the sub-queries that the expressions read to `plan`, behind its columns, and puts these in their place.
  // `outer` gives the expression over `plan` of a column of the query around.
  using OuterColumn = std::function<ExpressionPtr(const ExpressionPtr& column)>;
  PlanPtr place(PlanPtr plan, std::vector<ExpressionPtr*> expressions, const OuterColumn& outer) const;

  // Returns the rows of `plan` for which the condition holds (SEMI), or does not (ANTI).
  PlanPtr filter(PlanPtr plan, const ast::Exists& exists, bool negated);
  PlanPtr filter(PlanPtr plan, const ast::Query& in, const std::vector<ExpressionPtr>& operands, bool negated,
                 SourceLocation location);

 private:
  struct Placed {
    BoundSubquery query;
    int32_t value = 0;  // the column that is read
    SourceLocation location;
    int32_t of = -1;  // another column of the sub-query with this number, which is joined once; -1: of its own
  };

  ExpressionPtr add(BoundSubquery query, int32_t value, SourceLocation location);
  // Returns the column that stands for another value of the sub-query that add() took last.
  ExpressionPtr add_column(int32_t value);
  // Returns the sub-query's rows, each once, with a column that is TRUE: what a value asks for.
  ExpressionPtr mark(BoundSubquery query, SourceLocation location);
  BoundSubquery bind_in(const ast::Query& in, const std::vector<ExpressionPtr>& operands, bool null_aware,
                        SourceLocation location);

  QueryBinder& queries_;
  const Scope& scope_;
  std::vector<Placed> placed_;
};

}  // namespace tidemill
