// plan/join_recognition.h - which joins are of intervals or of windows. Rule: what keeps its time attributes is known
// before anything is bound over it.
#pragma once
#include <vector>

#include "plan/join.h"

namespace tidemill {

// Returns the regular join as an interval or a window join where its condition makes it one, otherwise itself.
// Throws UserError where it is one that cannot run.
PlanPtr recognize_join(const JoinNode& join);

// Returns the joins of a FROM with the conjuncts of its WHERE as far down as they may go, so that they too can make an
// interval join. `plan` is a tree of joins over tables; where it is none, the conjuncts are a filter above it.
PlanPtr filter_joins(const PlanPtr& plan, const std::vector<ExpressionPtr>& conjuncts);

}  // namespace tidemill
