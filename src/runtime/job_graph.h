// runtime/job_graph.h - what the planner hands to the runtime: operators and the edges between them. Rule: data only;
// vertex order is topological (inputs before consumers).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "operators/spec.h"

namespace tidemill {

// How rows travel along an edge. An edge is a place where a plan may be cut.
enum class Shipping : uint8_t {
  kForward,    // subtask i to subtask i
  kHash,       // by key group of Edge::keys
  kRebalance,  // round robin by batch
  kGather,     // all to subtask 0
};

struct Edge {
  int32_t from = 0;  // index of the producing vertex
  Shipping shipping = Shipping::kForward;
  std::vector<int32_t> keys;  // columns of the producer's output, for kHash
  bool side = false;          // takes what the producer leaves out (data/side_rows.h), not its output; kGather
};

struct Vertex {
  std::string id;    // stable identity: names state in checkpoints and metrics
  std::string name;  // for people: "WindowAggregate[TUMBLE(10 min)]"
  OperatorSpec spec;
  std::vector<Edge> inputs;  // port i is inputs[i]
  int32_t parallelism = 1;
};

struct JobGraph {
  std::string name;
  std::vector<Vertex> vertices;
  int32_t max_parallelism = 128;  // key groups
  std::string time_zone = "UTC";  // IANA name, table.local-time-zone
  // Publish epochs that an operator waits for (mini-batch), also where input is bounded; 0: none does, and the session
  // says how often they come.
  DurationMillis publish_interval_ms = 0;
};

}  // namespace tidemill
