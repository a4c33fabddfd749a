// sql/binder/query_binder.h - queries as written to logical plans. Rule: output columns may share names; whoever shows
// or stores them makes names unique or refuses.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "data/side_rows.h"
#include "data/sort_key.h"
#include "plan/join.h"
#include "plan/plan_node.h"
#include "sql/ast/match_recognize.h"
#include "sql/ast/query.h"
#include "sql/binder/binding_context.h"
#include "sql/binder/scope.h"

namespace tidemill {

struct BoundSubquery;  // sql/binder/subquery.h

// What FROM or a part of it gives: its rows, and how their columns may be named.
struct BoundRelation {
  PlanPtr plan;
  std::vector<ScopeRelation> relations;  // the tables of a join
  std::vector<int32_t> visible;          // as in Scope
  // How long what is grouped of it stays, by a hint.
  std::optional<DurationMillis> state_ttl_ms = {};

  // Returns what STATE_TTL says of its tables: of the first that it names.
  std::optional<DurationMillis> hinted_ttl(const std::map<std::string, DurationMillis>& hints) const;
  // One table that is named `path`: {alias}, or {catalog, database, table}; empty: it cannot be qualified.
  static BoundRelation of(PlanPtr plan, std::vector<std::string> path);
  Scope scope() const { return Scope(plan->schema(), relations, visible); }
};

// A query's body with what its ORDER BY needs: the plan may have more columns than the query shows.
struct BoundBody {
  PlanPtr plan;
  std::vector<SortKey> order;
  int32_t visible_columns = 0;
};

class QueryBinder {
 public:
  explicit QueryBinder(const BindingContext& context) : context_(context) {}

  const BindingContext& context() const { return context_; }

  // query.cc. Throws UserError at the part that is wrong.
  PlanPtr bind(const ast::Query& query);
  // from.cc
  BoundRelation bind_from(const ast::TableReference& table);
  // The same with the hints of the SELECT. hints.cc. Throws UserError: an unknown hint, or one that names no table.
  BoundRelation bind_from(const ast::TableReference& table, const std::vector<ast::Hint>& hints);
  // Binds a query inside an expression; its WHERE may read columns of `outer`. subquery.cc
  BoundSubquery bind_subquery(const ast::Query& query, const Scope& outer);
  // table_argument: TABLE t | TABLE (query) of a table function.
  BoundRelation bind_table_argument(const ast::TableArgument& argument);

 private:
  // query.cc
  PlanPtr bind_with_order(const ast::Query& query);
  BoundBody bind_body(const ast::QueryBody& body, const std::vector<ast::OrderItem>& order_by);
  BoundBody order_by_output(PlanPtr plan, const std::vector<ast::OrderItem>& order_by);
  PlanPtr bind_set_operation(const ast::SetOperation& operation);  // set_operation.cc
  PlanPtr bind_values(const ast::Values& values);                  // values.cc
  // from.cc
  BoundRelation bind_named(const ast::NamedTable& named);
  BoundRelation bind_name(const ast::QualifiedName& name, const std::vector<ast::Hint>& hints);
  // `name` is `table` with the suffix of `side` behind it.
  BoundRelation bind_side_rows(SideRows side, const ObjectName& table, const ObjectName& name, SourceLocation location,
                               const std::vector<ast::Hint>& hints);
  const PlanPtr& bind_view(const ViewDefinition& view, SourceLocation location);
  PlanPtr expand_view(const ViewDefinition& view, SourceLocation location);
  BoundRelation bind_file(const std::string& path, SourceLocation location, const std::vector<ast::Hint>& hints);
  BoundRelation bind_function_table(const ast::FunctionTable& table);
  // join.cc
  BoundRelation bind_join(const ast::JoinedTable& join);
  PlanPtr bind_as_of_join(const JoinNode& join, const ast::NamedTable& table, const BoundRelation& left);
  // lateral.cc
  static bool is_lateral(const ast::TableReference& table);
  BoundRelation bind_lateral_join(const ast::JoinedTable& join);
  BoundRelation bind_lateral_query(BoundRelation left, const ast::JoinedTable& join, const ast::DerivedTable& table);
  BoundRelation bind_function_rows(BoundRelation left, const ast::FunctionTable& table, bool keep_empty);
  // unnest.cc
  // Returns each row of `left` beside each element of the collection, an expression over it; `names` are those of the
  // element's columns, where the alias gives no others.
  BoundRelation bind_elements(BoundRelation left, ExpressionPtr collection, std::vector<std::string> names,
                              const std::optional<ast::TableAlias>& alias, bool with_ordinality, bool keep_empty);
  BoundRelation bind_unnest(BoundRelation left, const ast::UnnestTable& unnest, bool keep_empty);
  BoundRelation bind_window_function(const ast::FunctionCall& call);     // window_function.cc
  BoundRelation bind_changelog_function(const ast::FunctionCall& call);  // changelog_function.cc
  BoundRelation bind_match(const ast::MatchTable& match);                // match_recognize.cc

  // The queries of WITH that are visible, innermost last.
  struct NamedQuery {
    std::string name;
    PlanPtr plan;
  };

  const BindingContext& context_;
  // Hints of the SELECT whose FROM is bound, by table or alias.
  std::map<std::string, DurationMillis> state_ttl_hints_;
  std::map<std::string, LookupMatch> lookup_hints_;
  std::vector<NamedQuery> named_queries_;
  std::vector<ObjectName> open_views_;         // being expanded: one of them again is a cycle
  std::map<ObjectName, PlanPtr> bound_views_;  // read again, a view is the same plan: its rows are computed once
};

// Returns the plan with its columns renamed. Requires: as many names as columns.
PlanPtr rename_columns(PlanPtr plan, const std::vector<std::string>& names);
// Returns the columns' names made unique as Flink does: x, x0, x1.
std::vector<std::string> unique_names(const Schema& schema);
// Binds the LIMIT or OFFSET number. Throws UserError unless it is a whole number that is not negative.
int64_t bind_row_count(const ast::Expression& expression, std::string_view clause);
// Returns the sort key for a column ordered as written.
SortKey make_sort_key(int32_t column, const ast::OrderItem& item);
// Returns which output column ORDER BY 2 means, or nullopt where `item` is no number. Throws UserError out of range.
std::optional<int32_t> order_ordinal(const ast::OrderItem& item, int32_t columns);

// Throws UserError: the call in FROM is of no function that gives rows.
[[noreturn]] void throw_no_table_function(const ast::FunctionCall& call, const FunctionRegistry& functions);

}  // namespace tidemill
