// planner/graph_builder.h - the job graph while it grows. Rule: inputs are added before their consumers; one
// translate_*.cc a plan node.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/set_operation.h"
#include "plan/sort_limit.h"
#include "plan/values.h"
#include "plan/window.h"
#include "planner/translate.h"

namespace tidemill {

// A vertex as its consumer sees it.
struct Translated {
  int32_t vertex = 0;
  bool updating = false;  // may send kinds other than +I
};

class GraphBuilder {
 public:
  GraphBuilder(const std::vector<PlanPtr>& roots, const TranslateOptions& options);

  void add_root(const PlanPtr& root);
  JobGraph take() { return std::move(graph_); }

  const TranslateOptions& options() const { return options_; }
  const Vertex& vertex(int32_t index) const { return graph_.vertices.at(static_cast<size_t>(index)); }

  // Translates a node once; a node that several others share is one vertex.
  Translated add(const PlanPtr& node);

  // Adds a vertex. `kind` and `detail` (keys, windows) make its identity.
  struct NewVertex {
    std::string kind;
    std::string detail;
    std::string name;
    OperatorSpec spec;
    std::vector<Edge> inputs;
    int32_t parallelism = 1;
  };
  int32_t add_vertex(NewVertex added);

  // Returns the edge and parallelism with which a consumer without keys follows `input`: one to one.
  Edge forward(const Translated& input) const { return {input.vertex, Shipping::kForward, {}}; }
  int32_t parallelism_of(const Translated& input) const { return vertex(input.vertex).parallelism; }
  // Returns the edge to a consumer that keeps state by `keys`, and that consumer's parallelism: all rows meet in one
  // subtask where there are no keys.
  Edge keyed(const Translated& input, const std::vector<int32_t>& keys) const;
  int32_t keyed_parallelism(const std::vector<int32_t>& keys) const { return keys.empty() ? 1 : options_.parallelism; }
  Edge gathered(const Translated& input) const;

  // Columns of a table that its scans read together.
  const std::set<int32_t>& scanned_columns(const TableDefinition& table) const { return scanned_.at(&table); }
  // Returns the vertex of the table's one source, adding it at first.
  int32_t source_of(const TableDefinitionPtr& table);

 private:
  void collect_scans(const PlanNode& node);
  std::string source_tables(const std::vector<Edge>& inputs) const;

  const TranslateOptions& options_;
  JobGraph graph_;
  std::string root_name_;  // of the sink being translated
  std::map<const PlanNode*, Translated> done_;
  std::map<const TableDefinition*, std::set<int32_t>> scanned_;
  std::map<const TableDefinition*, int32_t> sources_;
  std::map<std::string, int32_t> ordinals_;    // identities given so far
  std::vector<std::set<std::string>> tables_;  // source tables below each vertex
};

// One a plan node.
Translated translate_scan(GraphBuilder& graph, const ScanNode& node);
Translated translate_values(GraphBuilder& graph, const ValuesNode& node);
Translated translate_filter(GraphBuilder& graph, const FilterNode& node);
Translated translate_project(GraphBuilder& graph, const ProjectNode& node);
Translated translate_calc(GraphBuilder& graph, const CalcNode& node);
Translated translate_aggregate(GraphBuilder& graph, const AggregateNode& node);
Translated translate_window_aggregate(GraphBuilder& graph, const WindowAggregateNode& node);
Translated translate_window_assign(GraphBuilder& graph, const WindowAssignNode& node);
Translated translate_union(GraphBuilder& graph, const UnionNode& node);
Translated translate_sort_limit(GraphBuilder& graph, const SortLimitNode& node);
Translated translate_sink(GraphBuilder& graph, const SinkNode& node);
// Ends a SELECT in options().result_sink.
void translate_result(GraphBuilder& graph, const PlanPtr& root);

}  // namespace tidemill
