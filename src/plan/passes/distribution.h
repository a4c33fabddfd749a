// plan/passes/distribution.h - how a node needs its input's rows spread over subtasks. Rule: the one place that decides
// where rows change subtask; the planner makes edges of it, EXPLAIN shows them as Exchange.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan_node.h"

namespace tidemill {

enum class DistributionKind : uint8_t {
  kAny,     // rows stay where they are
  kHash,    // rows that agree in `keys` meet
  kSingle,  // all rows meet
};

struct Distribution {
  DistributionKind kind = DistributionKind::kAny;
  std::vector<int32_t> keys;  // columns of that input
};

// Returns what `node` needs of its input number `input`.
Distribution required_distribution(const PlanNode& node, size_t input);

// Returns "hash[k, x]" or "single", by the names of the input's columns.
std::string distribution_text(const Distribution& distribution, const Schema& input);

}  // namespace tidemill
