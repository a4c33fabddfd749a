// plan/over.h - aggregates over a frame of rows around each row: f(x) OVER (PARTITION BY … ORDER BY … frame). Rule:
// output is the input's columns, then the calls; all calls share one window, and several windows are several nodes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/sort_key.h"
#include "expr/aggregate_spec.h"
#include "expr/window_frame.h"
#include "plan/plan_node.h"

namespace tidemill {

// What rows one result is of.
struct OverWindow {
  std::vector<int32_t> keys;   // PARTITION BY
  std::vector<SortKey> order;  // ORDER BY
  WindowFrame frame;
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

// Returns whether rows come out once, in the order of time, as Flink's stream operators give them: ORDER BY one
// ascending time attribute, a frame that ends with the row, functions that look back, input of new rows only, and no
// batch mode (`final_only`; processing time goes by itself there, too). Otherwise rows are kept and change with those
// that come.
bool over_runs_by_time(const OverNode& node, bool append_only, bool final_only);

// Throws UserError at the node where it can be computed neither way: by processing time in another form.
void check_over(const OverNode& node, bool append_only, bool final_only);

// Returns "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW".
std::string frame_text(const WindowFrame& frame);

}  // namespace tidemill
