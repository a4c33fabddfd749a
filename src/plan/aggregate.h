// plan/aggregate.h - GROUP BY without windows, and SELECT DISTINCT (an aggregate without calls). Rule: output is the
// keys, then the aggregates; keys are no time attributes, but for the window_time of what is grouped by window.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "expr/aggregate_spec.h"
#include "plan/plan_node.h"

namespace tidemill {

// Changes of a group are gathered, and only what is left of them goes on: every interval, and after so many rows.
struct MiniBatch {
  DurationMillis interval_ms = 0;
  int64_t rows = 0;
};

class AggregateNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kAggregate;
  AggregateNode(PlanPtr input, std::vector<int32_t> keys, std::vector<AggregateSpec> aggregates, SchemaPtr schema,
                std::optional<DurationMillis> state_ttl_ms);

  const std::vector<int32_t>& keys() const { return keys_; }
  const std::vector<AggregateSpec>& aggregates() const { return aggregates_; }
  // Empty: each row's change goes on at once.
  const std::optional<MiniBatch>& mini_batch() const { return mini_batch_; }
  // How long a group stays that is not written to, by a hint; none: as the setting says.
  const std::optional<DurationMillis>& state_ttl_ms() const { return state_ttl_ms_; }

  // Returns this node, gathering changes.
  PlanPtr with_mini_batch(const MiniBatch& mini_batch) const;
  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;

 private:
  std::vector<int32_t> keys_;
  std::vector<AggregateSpec> aggregates_;
  std::optional<MiniBatch> mini_batch_;
  std::optional<DurationMillis> state_ttl_ms_;
};

// `names` are those of the aggregates; keys keep theirs. No keys: the global aggregate.
PlanPtr make_aggregate(PlanPtr input, std::vector<int32_t> keys, std::vector<AggregateSpec> aggregates,
                       const std::vector<std::string>& names, std::optional<DurationMillis> state_ttl_ms = {});

// Returns "COUNT(DISTINCT x) FILTER (WHERE y)" with the given column names, $0, $1, … where there are none.
std::string aggregate_text(const AggregateSpec& aggregate, std::span<const std::string> column_names = {});
// Returns ", rowOrder=[ts, split, offset]" where some aggregate takes rows in an order of its own, otherwise nothing.
std::string row_order_text(const std::vector<AggregateSpec>& aggregates,
                           std::span<const std::string> column_names = {});
// Returns the input columns that the aggregates read, each once, ascending.
std::vector<int32_t> columns_of(const std::vector<AggregateSpec>& aggregates);
// Returns the aggregates over renumbered columns: column i becomes new_index[i].
std::vector<AggregateSpec> renumber_columns(const std::vector<AggregateSpec>& aggregates,
                                            std::span<const int32_t> new_index);

}  // namespace tidemill
