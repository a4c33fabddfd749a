// plan/passes/needed_columns.h - which columns of its inputs a node needs. Rule: what it reads itself, and what it
// passes on to columns that are needed.
#pragma once
#include <cstdint>
#include <set>
#include <vector>

#include "expr/aggregate_spec.h"
#include "plan/plan_node.h"

namespace tidemill {

using Columns = std::set<int32_t>;

Columns all_columns(const Schema& schema);
// Returns what `node` needs of its input number `input`, given what is needed of its output.
Columns needed_of_input(const PlanNode& node, size_t input, const Columns& needed);
// Returns the aggregates whose output is needed; the first one stands at output column `first`.
std::vector<size_t> needed_aggregates(const std::vector<AggregateSpec>& aggregates, size_t first,
                                      const Columns& needed);
// Returns those aggregates.
std::vector<AggregateSpec> select_aggregates(const std::vector<AggregateSpec>& aggregates,
                                             const std::vector<size_t>& indices);

}  // namespace tidemill
