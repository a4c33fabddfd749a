// plan/over.h - aggregates over a frame of rows around each row: f(x) OVER (PARTITION BY … ORDER BY … frame). Rule:
// output is the input's columns, then the calls; all calls share one window.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/over_frame.h"
#include "data/sort_key.h"
#include "expr/aggregate_spec.h"
#include "plan/plan_node.h"

namespace tidemill {

// What rows one result is of.
struct OverWindow {
  std::vector<int32_t> keys;   // PARTITION BY
  std::vector<SortKey> order;  // ORDER BY
  OverFrame frame;
  bool operator==(const OverWindow&) const = default;
};

struct OverCall {
  AggregateSpec aggregate;
  bool row_number = false;  // ROW_NUMBER(), which is the aggregate COUNT(*) of its frame
};

class OverNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kOver;
  OverNode(PlanPtr input, OverWindow window, std::vector<OverCall> calls, SchemaPtr schema, SourceLocation location);

  const OverWindow& window() const { return window_; }
  const std::vector<OverCall>& calls() const { return calls_; }
  const SourceLocation& location() const { return location_; }  // of the first OVER, for messages
  // The output column of the first call.
  int32_t first_call() const { return input()->schema()->size(); }
  // Returns the aggregates of the calls.
  std::vector<AggregateSpec> aggregates() const;

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  std::string text(std::string_view name, const std::vector<std::string>& names) const;

  OverWindow window_;
  std::vector<OverCall> calls_;
  SourceLocation location_;
};

// `names` are those of the calls.
PlanPtr make_over(PlanPtr input, OverWindow window, std::vector<OverCall> calls, const std::vector<std::string>& names,
                  SourceLocation location);

// Throws UserError at the node where OVER is of a form that is not computed: anything but one ascending time attribute
// as its order. `batch`: in batch mode, where more is possible but not there yet.
void check_over(const OverNode& node, bool batch);

}  // namespace tidemill
