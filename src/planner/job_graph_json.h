// planner/job_graph_json.h - a job graph as JSON. Rule: stable: the same plan gives the same bytes; golden-tested.
#pragma once
#include <string>

#include "runtime/job_graph.h"

namespace tidemill {

// Returns Flink's shape, {"nodes": [{id, type, pact, contents, parallelism, predecessors: [{id, ship_strategy,
// side}]}]}, with the operator's stable identity as "operator" and the keys of hash edges as "keys".
std::string job_graph_json(const JobGraph& graph);

}  // namespace tidemill
