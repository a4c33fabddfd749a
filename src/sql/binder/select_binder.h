// sql/binder/select_binder.h - one SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW … QUALIFY. Rule: every clause is
// bound over the columns of FROM; grouping then replaces what is grouped by, and refuses what is left.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plan/plan_node.h"
#include "sql/ast/query.h"
#include "sql/binder/aggregate_calls.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/grouping_sets.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/subquery.h"

namespace tidemill {

class SelectBinder {
 public:
  // Both are borrowed.
  SelectBinder(QueryBinder& queries, const ast::Select& select);

  // Returns the plan with columns for `order_by` behind those of the SELECT. Called once.
  BoundBody bind(const std::vector<ast::OrderItem>& order_by);
  // Returns the plan of a sub-query, whose WHERE may read columns of `outer`. Called once, in place of bind().
  BoundSubquery bind_correlated(const Scope& outer);

 private:
  void bind_from();
  void bind_where();
  void apply_where(std::vector<ExpressionPtr> conditions);
  void bind_group_by();
  GroupingSet bind_group_keys(const ast::GroupingElement& element);
  void bind_items();
  void bind_star(const ast::Star& star);
  void bind_fields(const ast::Star& star);  // r.* of a row
  void add_item(ExpressionPtr expression, std::string name);
  std::map<std::string, ExpressionPtr> aliases() const;
  void bind_order(const std::vector<ast::OrderItem>& order_by);
  int32_t order_column(const ast::OrderItem& item);
  BoundBody build();
  // correlation.cc
  void expose_correlated();
  ExpressionPtr expose_key(const ExpressionPtr& condition);
  ExpressionPtr expose_columns(const ExpressionPtr& condition);
  int32_t expose(ExpressionPtr expression);
  void note_count();
  // Returns where the expressions of SELECT, and of QUALIFY, are.
  std::vector<ExpressionPtr*> item_places();
  // over.cc
  void build_overs();
  std::vector<std::vector<size_t>> calls_by_window() const;
  static ExpressionPtr with_over_places(const ExpressionPtr& expression, std::span<const int32_t> places);
  // group.cc
  void build_groups();
  void build_grouping_sets();
  std::vector<std::string> call_names() const;

  QueryBinder& queries_;
  const ast::Select& select_;
  const BindingContext& context_;

  BoundRelation from_;  // no plan: there is no FROM
  PlanPtr plan_;
  Scope scope_;
  Subqueries subqueries_;
  const Scope* outer_ = nullptr;           // of the query around a sub-query
  std::vector<ExpressionPtr> correlated_;  // conditions of WHERE that read it
  bool counts_ = false;                    // as in BoundSubquery
  std::unique_ptr<AggregateCalls> calls_;
  std::unique_ptr<ExpressionBinder> binder_;  // of SELECT, HAVING and ORDER BY

  bool grouped_ = false;
  std::vector<ExpressionPtr> keys_;  // of GROUP BY, over FROM
  std::vector<GroupingSet> grouping_sets_;
  std::vector<ExpressionPtr> absent_keys_;  // of the grouping set at hand: NULL in it
  GroupingCalls groupings_;
  int64_t group_id_ = 0;              // of the grouping set at hand
  std::vector<ExpressionPtr> items_;  // of SELECT, then those only ORDER BY needs
  std::vector<std::string> names_;
  int32_t visible_ = 0;
  ExpressionPtr having_;
  std::unique_ptr<OverCalls> overs_;
  ExpressionPtr qualify_;
  std::vector<SortKey> order_;
};

}  // namespace tidemill
