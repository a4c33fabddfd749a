// A job graph as JSON.
#include "planner/job_graph_json.h"

#include <nlohmann/json.hpp>

namespace tidemill {
namespace {

std::string_view shipping_name(Shipping shipping) {
  switch (shipping) {
    case Shipping::kForward:
      return "FORWARD";
    case Shipping::kHash:
      return "HASH";
    case Shipping::kRebalance:
      return "REBALANCE";
    case Shipping::kGather:
      return "GLOBAL";
  }
  CHECK(false);
}

std::string_view pact_of(const OperatorSpec& spec) {
  if (std::holds_alternative<SourceSpec>(spec) || std::holds_alternative<ValuesSpec>(spec)) return "Data Source";
  if (std::holds_alternative<SinkSpec>(spec)) return "Data Sink";
  return "Operator";
}

}  // namespace

std::string job_graph_json(const JobGraph& graph) {
  nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
  for (size_t i = 0; i < graph.vertices.size(); ++i) {
    const Vertex& vertex = graph.vertices[i];
    nlohmann::ordered_json node;
    node["id"] = i + 1;
    node["operator"] = vertex.id;
    node["type"] = vertex.name.substr(0, vertex.name.find('('));
    node["pact"] = pact_of(vertex.spec);
    node["contents"] = vertex.name;
    node["parallelism"] = vertex.parallelism;
    for (size_t port = 0; port < vertex.inputs.size(); ++port) {
      const Edge& edge = vertex.inputs[port];
      nlohmann::ordered_json predecessor;
      predecessor["id"] = edge.from + 1;
      predecessor["ship_strategy"] = shipping_name(edge.shipping);
      predecessor["side"] = port == 0 ? "first" : "second";
      if (!edge.keys.empty()) predecessor["keys"] = edge.keys;
      if (edge.side) predecessor["side_output"] = true;
      node["predecessors"].push_back(std::move(predecessor));
    }
    nodes.push_back(std::move(node));
  }
  return nlohmann::ordered_json{{"nodes", std::move(nodes)}}.dump(2);
}

}  // namespace tidemill
