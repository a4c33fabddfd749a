// plan/plan_node.h - the base of logical plan nodes. Rule: immutable and shared; `kind` names the class, and a node's
// schema follows from its inputs, so a rule that changes an input keeps the columns or rebuilds what is above.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "data/schema.h"

namespace tidemill {

enum class PlanKind : uint8_t {
  kScan,
  kValues,
  kSideRows,
  kFilter,
  kProject,
  kCalc,  // filter and project in one: what the last rule makes of them
  kAggregate,
  kWindowAggregate,
  kWindowAssign,
  kUnnest,
  kUnion,
  kJoin,
  kLookupJoin,  // a join whose right side is asked for rows, once it is known what is read of them
  kOver,
  kRank,
  kMatch,
  kSortLimit,
  kChangelogNormalize,
  kSinkMaterialize,
  kToChangelog,
  kFromChangelog,
  kFinalRows,
  kSink,
  kStatementSet,  // all sinks of one job
};

class PlanNode;
using PlanPtr = std::shared_ptr<const PlanNode>;

class PlanNode {
 public:
  virtual ~PlanNode() = default;

  PlanKind kind() const { return kind_; }
  const SchemaPtr& schema() const { return schema_; }
  const std::vector<PlanPtr>& inputs() const { return inputs_; }
  const PlanPtr& input(size_t index = 0) const { return inputs_.at(index); }
  // Nodes on the longest way from here to a source, this one included: how deep whoever walks the plan must go.
  int32_t depth() const { return depth_; }

  // Returns this node over other inputs. Requires: as many inputs, with the same columns in the same places.
  virtual PlanPtr with_inputs(std::vector<PlanPtr> inputs) const = 0;
  // Returns the node as it was bound, columns by number: "LogicalFilter(condition=[($1 > 1)])".
  virtual std::string logical_text() const = 0;
  // Returns the node as it will run, columns by name: "Calc(select=[k], where=[(x > 1)])".
  virtual std::string physical_text() const = 0;
  // Returns text that two nodes share only where they compute the same from the same inputs; empty: this node is like
  // no other (it calls RAND()).
  virtual std::string digest() const { return logical_text(); }

  // Returns this node as the class T. Requires: kind() == T::kKind.
  template <class T>
  const T& as() const {
    CHECK(kind_ == T::kKind);
    return static_cast<const T&>(*this);
  }
  // Returns this node as the class T, or nullptr when it is of another kind.
  template <class T>
  const T* try_as() const {
    return kind_ == T::kKind ? static_cast<const T*>(this) : nullptr;
  }

 protected:
  PlanNode(PlanKind kind, SchemaPtr schema, std::vector<PlanPtr> inputs)
      : kind_(kind), schema_(std::move(schema)), inputs_(std::move(inputs)) {
    for (const PlanPtr& input : inputs_) depth_ = std::max(depth_, input->depth() + 1);
  }

 private:
  PlanKind kind_;
  SchemaPtr schema_;
  std::vector<PlanPtr> inputs_;
  int32_t depth_ = 1;
};

// Calls `visit` for every node of the plans, inputs first. A node that several share is visited once: a plan is no
// tree, and walking one as a tree takes time that doubles with each level where something is read twice.
void visit_plan(const std::vector<PlanPtr>& roots, const std::function<void(const PlanNode&)>& visit);
void visit_plan(const PlanNode& root, const std::function<void(const PlanNode&)>& visit);

// Returns `items` joined by ", ".
std::string join_texts(const std::vector<std::string>& items);

}  // namespace tidemill
