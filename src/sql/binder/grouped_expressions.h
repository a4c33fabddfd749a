// sql/binder/grouped_expressions.h - expressions of a grouped SELECT over the groups. Rule: keys and calls stand in
// place of what they compute, and no column of FROM is left.
#pragma once
#include <map>
#include <vector>

#include "sql/binder/aggregate_calls.h"
#include "sql/binder/grouping_sets.h"
#include "sql/binder/scope.h"

namespace tidemill {

// What a grouping has been bound to; borrowed, and over the columns of FROM.
struct BoundGroups {
  const std::vector<ExpressionPtr>& keys;
  const std::vector<int32_t>& key_columns;   // where they are in the groups
  const std::vector<ExpressionPtr>& absent;  // keys of other grouping sets: NULL in this one
  const AggregateCalls& calls;
  const std::vector<int32_t>& call_columns;
  const GroupingCalls& groupings;
  int64_t group_id;  // how many equal grouping sets stand before this one
  const Scope& scope;
  const std::map<int32_t, SourceLocation>& locations;  // of columns, for messages
  SourceLocation select;
};

class GroupedExpressions {
 public:
  explicit GroupedExpressions(const BoundGroups& groups) : groups_(groups) {}

  // Returns the expression over the columns of the groups. Throws UserError: a column that is neither.
  ExpressionPtr rewrite(const ExpressionPtr& expression) const;

 private:
  ExpressionPtr rewrite_column(const ColumnReference& column) const;
  // The value of GROUPING(keys): a bit a key, the first one the highest; 1 where it is absent. Of no keys: GROUP_ID().
  ExpressionPtr grouping_value(const std::vector<ExpressionPtr>& keys) const;
  [[noreturn]] void refuse(int32_t column) const;

  BoundGroups groups_;
};

}  // namespace tidemill
