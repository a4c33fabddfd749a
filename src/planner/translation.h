// planner/translation.h - one optimised plan on its way to a job graph. Rule: inputs become vertices before their
// consumers; a node that several read becomes one vertex.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/config.h"
#include "plan/aggregate.h"
#include "plan/calc.h"
#include "plan/changelog_function.h"
#include "plan/changelog_normalize.h"
#include "plan/final_rows.h"
#include "plan/join.h"
#include "plan/lookup_join.h"
#include "plan/match.h"
#include "plan/over.h"
#include "plan/passes/changelog.h"
#include "plan/rank.h"
#include "plan/scan.h"
#include "plan/set_operation.h"
#include "plan/side_rows.h"
#include "plan/sink.h"
#include "plan/sink_materialize.h"
#include "plan/sort_limit.h"
#include "plan/unnest.h"
#include "plan/values.h"
#include "plan/window.h"
#include "planner/operator_identity.h"
#include "planner/table_access.h"
#include "runtime/job_graph.h"

namespace tidemill {

// What translating a plan needs besides the plan; borrowed.
struct TranslationContext {
  const Config& config;
  const TableAccess& tables;
  const Changelog& changelog;
  bool batch = false;                       // execution.runtime-mode in effect
  bool row_watermarks = false;              // the plan reads CURRENT_WATERMARK
  std::shared_ptr<const Sink> result_sink;  // takes the rows of a SELECT
};

class Translation {
 public:
  explicit Translation(TranslationContext context);

  const TranslationContext& context() const { return context_; }

  // Adds the vertices of a sink, or of a query whose rows go to the result sink as `result`.
  void add_sink(const PlanPtr& sink);
  void add_query(const PlanPtr& query, const SchemaPtr& result);
  JobGraph finish() { return std::move(graph_); }

  // For the translate_* functions. Returns the vertex of a node, made on first use.
  int32_t vertex_of(const PlanPtr& node);
  int32_t parallelism_of(int32_t vertex) const { return graph_.vertices[static_cast<size_t>(vertex)].parallelism; }
  const OperatorSpec& spec_of(int32_t vertex) const { return graph_.vertices[static_cast<size_t>(vertex)].spec; }
  // Returns the vertices so far that rows of the table reach, other than as late rows and records in error.
  std::vector<int32_t> readers_of(const ObjectName& table) const;
  int32_t default_parallelism() const { return default_parallelism_; }
  // The job needs publish epochs at this interval.
  void publish_every(DurationMillis interval_ms) { graph_.publish_interval_ms = interval_ms; }
  // Returns an edge from the node's input number `input` that meets the node's distribution, the consumer having
  // `parallelism`.
  Edge edge_from(const PlanNode& consumer, size_t input, int32_t parallelism);
  // The same from all of its inputs.
  std::vector<Edge> edges_from(const PlanNode& consumer, int32_t parallelism);

 private:
  int32_t add(Vertex vertex);
  Vertex translate(const PlanPtr& node);

  TranslationContext context_;
  int32_t default_parallelism_;
  std::string owner_;
  OperatorIdentities identities_;
  std::map<const PlanNode*, int32_t> vertices_;
  std::vector<std::set<ObjectName>> tables_;  // by vertex: whose rows reach it
  JobGraph graph_;
};

// One file each: spec, inputs and parallelism of the node's vertex; id and name are filled in by Translation.
Vertex translate_scan(const ScanNode& node, Translation& translation);
Vertex translate_values(const ValuesNode& node, Translation& translation);
Vertex translate_side_rows(const SideRowsNode& node, Translation& translation);
Vertex translate_calc(const CalcNode& node, Translation& translation);
Vertex translate_aggregate(const AggregateNode& node, Translation& translation);
Vertex translate_window_aggregate(const WindowAggregateNode& node, Translation& translation);
Vertex translate_window_assign(const WindowAssignNode& node, Translation& translation);
Vertex translate_unnest(const UnnestNode& node, Translation& translation);
Vertex translate_over(const OverNode& node, Translation& translation);
Vertex translate_match(const MatchNode& node, Translation& translation);
Vertex translate_rank(const RankNode& node, Translation& translation);
Vertex translate_union(const UnionNode& node, Translation& translation);
Vertex translate_lookup_join(const LookupJoinNode& node, Translation& translation);
Vertex translate_join(const JoinNode& node, Translation& translation);
Vertex translate_sort_limit(const SortLimitNode& node, Translation& translation);
Vertex translate_changelog_normalize(const ChangelogNormalizeNode& node, Translation& translation);
Vertex translate_sink_materialize(const SinkMaterializeNode& node, Translation& translation);
Vertex translate_to_changelog(const ToChangelogNode& node, Translation& translation);
Vertex translate_from_changelog(const FromChangelogNode& node, Translation& translation);
Vertex translate_final_rows(const FinalRowsNode& node, Translation& translation);
Vertex translate_sink(const SinkNode& node, Translation& translation);

// Throws UserError where a source's records in error go to <table>$errors alone, and nobody reads that.
void check_rejected_are_taken(const JobGraph& graph);

// Returns the scan's columns as expressions over what its connector delivers, with the casts that metadata needs.
std::vector<ExpressionPtr> scan_expressions(const ScanNode& node, const Schema& delivered);

}  // namespace tidemill
