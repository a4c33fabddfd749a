#include "planner/graph_builder.h"

namespace tidemill {
namespace {

Translated add_calc(GraphBuilder& graph, const PlanNode& node, ExpressionPtr predicate,
                    std::vector<ExpressionPtr> projections) {
  const Translated input = graph.add(node.input());
  FilterProjectSpec spec{std::move(predicate), std::move(projections), node.schema()};
  return {graph.add_vertex(
              {"Calc", "", node.physical_text(), std::move(spec), {graph.forward(input)}, graph.parallelism_of(input)}),
          input.updating};
}

}  // namespace

Translated translate_filter(GraphBuilder& graph, const FilterNode& node) {
  return add_calc(graph, node, node.predicate(), column_references(*node.input()->schema()));
}

Translated translate_project(GraphBuilder& graph, const ProjectNode& node) {
  return add_calc(graph, node, nullptr, node.projections());
}

Translated translate_calc(GraphBuilder& graph, const CalcNode& node) {
  return add_calc(graph, node, node.predicate(), node.projections());
}

}  // namespace tidemill
