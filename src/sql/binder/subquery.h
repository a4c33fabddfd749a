// sql/binder/subquery.h - sub-queries inside expressions. Rule: while a clause is bound each one stands as a column of
// its own; before the clause is applied, its rows are joined to those of the outer query.
//
// A sub-query may read columns of the query around it in its WHERE: such conditions become those of the join (Calcite's
// RelDecorrelator does it for any place; other places are refused here).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "expr/aggregate_spec.h"
#include "plan/plan_node.h"
#include "sql/ast/expression.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/scope.h"

namespace tidemill {

class ExpressionBinder;  // sql/binder/expression_binder.h

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
// True where a condition of a sub-query reads its own columns.
bool reads_own(const Expression& expression);
// Returns `expression` with each column replaced by what `replace` gives.
ExpressionPtr replace_columns(const ExpressionPtr& expression,
                              const std::function<ExpressionPtr(const ColumnReference&)>& replace);

// A query inside another one. Conditions are over its own columns, and those of the query around it from kOuterColumns
// on.
struct BoundSubquery {
  PlanPtr plan;
  int32_t visible_columns = 0;  // the others serve the conditions
  std::vector<ExpressionPtr> conditions;
  bool counts = false;  // its value is 0, not NULL, where it has no row: COUNT of rows that fit
};

// The sides of own = outer.
struct OwnAndOuter {
  ExpressionPtr own;
  ExpressionPtr outer;
};
// Returns the sides of the equality of something of the sub-query's own and something of the query around it; nothing
// for any other condition.
std::optional<OwnAndOuter> own_and_outer(const ExpressionPtr& condition);

// The conjuncts of a condition as written. `on_subqueries` are [NOT] EXISTS, [NOT] IN (SELECT …), = ANY and <> ALL
// alone, which keep or drop rows as a whole.
struct WrittenConjuncts {
  std::vector<const ast::Expression*> on_rows;
  std::vector<const ast::Expression*> on_subqueries;
};
WrittenConjuncts written_conjuncts(const ast::Expression& condition);

// What is computed of those rows of a sub-query that fit one row of the query around it.
struct RowSummary {
  std::vector<AggregateSpec> aggregates;  // over the sub-query's columns
  std::vector<std::string> names;
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

  // Returns the column that stands for the value of (SELECT …). Where it may have several rows, the job fails as soon
  // as it has.
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

  // The same for a join's conditions, over the columns of both sides: each sub-query is joined to the side that it
  // reads, which gets columns behind its own. Throws UserError where one reads both.
  void place(PlanPtr& left, PlanPtr& right, std::vector<ExpressionPtr*> conditions) const;

  // Returns the rows of `plan` for which the conditions hold.
  PlanPtr filter(PlanPtr plan, std::vector<ExpressionPtr> conditions) const;
  // Returns the rows of `plan` for which the condition holds, or does not. Requires: one of
  // WrittenConjuncts::on_subqueries. `binder`: of the other sides of IN.
  PlanPtr filter(PlanPtr plan, const ast::Expression& condition, ExpressionBinder& binder, bool negated = false);

 private:
  struct Placed {
    BoundSubquery query;
    int32_t value = 0;  // the column that is read
    SourceLocation location;
    int32_t of = -1;  // another column of the sub-query with this number, which is joined once; -1: of its own
    std::optional<RowSummary> summary = {};  // is joined in place of its rows
  };

  ExpressionPtr add(BoundSubquery query, int32_t value, SourceLocation location);
  // Returns the columns that stand for what is computed of the rows that fit: NULL where none does, if the sub-query
  // reads the query around it. subquery_summary.cc
  std::vector<ExpressionPtr> add_summary(BoundSubquery query, RowSummary summary, SourceLocation location);
  // Returns the value of a sub-query that may have several rows, and must not.
  ExpressionPtr single_value(BoundSubquery query, SourceLocation location);
  // Returns whether the sub-query has a row that fits, as a value.
  ExpressionPtr mark(BoundSubquery query, SourceLocation location);
  BoundSubquery bind_in(const ast::Query& in, const std::vector<ExpressionPtr>& operands, bool null_aware,
                        SourceLocation location);

  PlanPtr filter_in(const PlanPtr& plan, const ast::Query& in, const std::vector<ExpressionPtr>& operands, bool negated,
                    SourceLocation location);
  // Returns the number of the sub-query whose column this is.
  size_t owner(size_t placed) const {
    return placed_[placed].of >= 0 ? static_cast<size_t>(placed_[placed].of) : placed;
  }
  bool is_read(size_t placed, const std::vector<ExpressionPtr*>& expressions) const;
  PlanPtr join_placed(const PlanPtr& plan, const Placed& placed, const OuterColumn& outer) const;
  static bool reads_left(const Placed& placed, int32_t left_columns);
  static PlanPtr join_summary(const PlanPtr& plan, const Placed& placed, const FunctionRegistry& functions,
                              const OuterColumn& outer);

  QueryBinder& queries_;
  const Scope& scope_;
  std::vector<Placed> placed_;
};

}  // namespace tidemill
