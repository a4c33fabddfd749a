// plan/passes/keys.h - which columns identify a row. Rule: at any moment no two rows of the node's table agree in all
// columns of a key; a key comes from GROUP BY, DISTINCT or a declared primary key.
#pragma once
#include <vector>

#include "plan/plan_node.h"

namespace tidemill {

// Returns the keys of the node's output, each a list of columns, ascending; empty: none is known. An empty key means at
// most one row.
std::vector<std::vector<int32_t>> unique_keys(const PlanNode& node);

// True where the columns hold a key: no two rows of the node's table agree in all of them.
bool hold_unique_key(const std::vector<int32_t>& columns, const PlanNode& node);

}  // namespace tidemill
