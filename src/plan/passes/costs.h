// plan/passes/costs.h - how many rows a plan's nodes give and what they cost, as EXPLAIN ESTIMATED_COST shows. Rule:
// guesses by Flink's rules from what is known without reading; nothing is planned by them.
//
// A table of which nothing is known has 100,000,000 rows. A condition keeps the share that Calcite's RelMdUtil gives
// it: of = 0.15, of other comparisons 0.5, of IS NOT NULL 0.9 (IS NULL 0.1), of anything else 0.25; AND multiplies, OR
// and NOT follow from that. Costs are sums over the node and all below it:
//   rows     that nodes read (of scans, VALUES, projections and unions: give)
//   cpu      1 a row and computation; 160 for a row that changes its subtask, and 8 a column of its key
//   io       bytes that sources read, by the types of the columns: 4 for an INT, 12 for a text
//   network  bytes of rows that change their subtask
//   memory   always 0: EXPLAIN STATE says what operators keep
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "plan/passes/changelog.h"
#include "plan/passes/distribution.h"
#include "plan/plan_node.h"

namespace tidemill {

struct CostEstimate {
  double num_rows = 0;  // that come out
  // Of the node and what is below it.
  double rows = 0;
  double cpu = 0;
  double io_bytes = 0;
  double network_bytes = 0;

  // Returns "rowcount = 2.0, cumulative cost = {2.0 rows, 1.0 cpu, 0.0 io, 0.0 network, 0.0 memory}".
  std::string to_string() const;
};

class PlanCosts {
 public:
  // Estimates every node below the roots. What several nodes read counts at each of them.
  PlanCosts(const std::vector<PlanPtr>& roots, const TableTraits& tables);

  // Returns the estimate of a node below the roots, and that of its rows when they have been spread so.
  const CostEstimate& of(const PlanNode& node) const { return estimates_.at(&node); }
  CostEstimate exchanged(const PlanNode& node, const Distribution& distribution) const;

 private:
  std::unordered_map<const PlanNode*, CostEstimate> estimates_;
};

}  // namespace tidemill
