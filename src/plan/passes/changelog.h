// plan/passes/changelog.h - which row kinds flow out of each node. Rule: two walks: from the sources up, what may be
// produced; from the sink down, who needs -U. A node that cannot take what comes in is refused at planning.
#pragma once
#include <optional>
#include <span>
#include <unordered_map>

#include "plan/passes/row_kinds.h"
#include "plan/plan_node.h"
#include "plan/scan.h"
#include "plan/sink.h"

namespace tidemill {

class JoinNode;
class WindowAssignNode;

// What tables can do, from their connectors.
struct SourceTraits {
  bool bounded = true;
  bool append_only = true;
  bool upserts = false;                            // Source::upserts()
  std::optional<int64_t> num_rows = std::nullopt;  // Source::num_rows()
  bool takes_conditions = false;                   // Source::takes_conditions()
  bool reads_row_fields = false;                   // Source::reads_row_fields()
};
enum class SinkAccepts : uint8_t {
  kAppend,
  kUpsert,
  kRetract,
  kAny,     // whatever comes; where it has a primary key, changes by it
  kNewest,  // the same without -U
};

class TableTraits {
 public:
  virtual ~TableTraits() = default;
  virtual SourceTraits source(const ScanNode& scan) const = 0;
  virtual SinkAccepts sink(const SinkNode& sink) const = 0;
};

// Returns whether all tables that the plan reads, as late rows too, have an end.
bool has_end(const PlanNode& root, const TableTraits& tables);

// Returns the inputs whose kinds bear on those of the node's own rows: all but the versions of a temporal join.
std::span<const PlanPtr> inputs_of_rows(const PlanNode& node);

// Returns the kinds that come out of a node whose inputs_of_rows() together give `input`, where all that it needs is
// allowed.
RowKinds produced_kinds(const PlanNode& node, const RowKinds& input, const TableTraits& tables, bool final_only);

class Changelog {
 public:
  // Infers the kinds of every node below the roots. `final_only`: batch mode, where each group gives one final row.
  // Throws UserError: a sink or an operator that cannot take updates, with the node they come from.
  Changelog(const std::vector<PlanPtr>& roots, const TableTraits& tables, bool final_only);

  // Returns the kinds that come out of a node (of a sink: NONE).
  const RowKinds& of(const PlanNode& node) const { return kinds_.at(&node); }
  // True where all sources below the node are bounded.
  bool bounded(const PlanNode& node) const { return bounded_.at(&node); }

 private:
  void produce(const PlanNode& node);
  RowKinds produced(const PlanNode& node) const;
  bool all_bounded(const PlanNode& node) const;
  RowKinds input_kinds(const PlanNode& node) const;
  void check_sort(const PlanNode& node) const;
  void check_lateness(const WindowAssignNode& node) const;
  void check_session(const WindowAssignNode& node) const;
  void check_join(const JoinNode& node) const;
  // Throws UserError where updates come out of `input`, which `what` at `location` cannot take.
  void check_inserts(const PlanNode& input, SourceLocation location, std::string_view what) const;
  void check_sink(const SinkNode& sink) const;
  bool may_lose_update(const PlanNode& node) const;
  void demand(const PlanNode& node, bool needs_update_before);
  const PlanNode& origin_of_updates(const PlanNode& node) const;

  const TableTraits& tables_;
  bool final_only_;
  std::unordered_map<const PlanNode*, RowKinds> kinds_;
  std::unordered_map<const PlanNode*, bool> bounded_;
  std::unordered_map<const PlanNode*, bool> demanded_;  // true: someone needs -U
};

}  // namespace tidemill
