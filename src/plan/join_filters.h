// plan/join_filters.h - where the conditions over and in a join may go. Rule: no row comes out that did not before; a
// condition that can fail stays where only matched rows reach it, and passes none that stays behind.
#pragma once
#include <vector>

#include "plan/join.h"

namespace tidemill {

// Conditions of a join and of a filter above it, by where they are evaluated. `left` and `right` are over the columns
// of one input each, the others over both.
struct JoinFilters {
  std::vector<ExpressionPtr> left;
  std::vector<ExpressionPtr> right;
  std::vector<ExpressionPtr> condition;
  std::vector<ExpressionPtr> above;
};

// Returns where the conjuncts of a filter above the join go; those of its own condition stay in it.
JoinFilters place_filters(const JoinNode& join, const std::vector<ExpressionPtr>& above);
// The same, and what the join's own condition says of one side alone goes to that side where it may.
JoinFilters place_all_filters(const JoinNode& join, const std::vector<ExpressionPtr>& above);

// Returns the type of the join once a filter above it drops rows that stand alone: a condition on a column that is
// never TRUE for NULL makes the other side's rows need a match (Calcite's RelOptUtil.simplifyJoin).
JoinType simplified_type(const JoinNode& join, const std::vector<ExpressionPtr>& above);

}  // namespace tidemill
