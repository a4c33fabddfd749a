// sql/binder/grouping_sets.h - ROLLUP, CUBE and GROUPING SETS as lists of keys. Rule: elements of GROUP BY multiply:
// each set of one goes with each set of the others.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "expr/expression.h"
#include "sql/ast/query.h"

namespace tidemill {

// Keys by their place among all keys of the GROUP BY, ascending, each once.
using GroupingSet = std::vector<size_t>;

constexpr size_t kGroupingSetsMax = 4096;  // each is an aggregate of its own: CUBE of 12 keys

// Returns the sets of a GROUP BY, in the order in which they are written; ROLLUP and CUBE from the largest on.
// `bind_keys` gives the places of the expressions of an element. Throws UserError where there are too many.
using BindKeys = std::function<GroupingSet(const ast::GroupingElement& element)>;
std::vector<GroupingSet> grouping_sets(const std::vector<ast::GroupingElement>& elements, const BindKeys& bind_keys);

// Calls of GROUPING, GROUPING_ID and GROUP_ID of one SELECT: while clauses are bound each stands as a column, whose
// value each grouping set knows.
class GroupingCalls {
 public:
  // Returns the column that stands for the call over these keys; none: GROUP_ID().
  ExpressionPtr add(std::vector<ExpressionPtr> keys);
  // Returns the keys of the call that a column stands for, null for any other column.
  const std::vector<ExpressionPtr>* call_of(int32_t column) const;

 private:
  std::vector<std::vector<ExpressionPtr>> calls_;
};

}  // namespace tidemill
