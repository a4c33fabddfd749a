// operators/group_aggregate.h - updating GROUP BY and SELECT DISTINCT. Rule: each input row gives the change of its
// group at once, whatever the batch: +I for a new group, -U and +U where the result changed, -D where its last row is
// gone.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "operators/aggregation.h"
#include "operators/operator.h"
#include "operators/row_rounds.h"
#include "operators/spec.h"

namespace tidemill {

// Source of the rules: Flink, GroupAggFunction, without state retention. A retraction from a group that does not exist
// is left out and counted. No keys: one group for all, which ends with -D too.
//
// A batch is taken in rounds (row_rounds.h), each of them column loops over groups that are all different; the changes
// then come out in the order of the rows.
class GroupAggregate final : public Operator {
 public:
  // Requires: not bounded_final_only (final_aggregate.h does that).
  explicit GroupAggregate(const GroupAggregateSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;

 private:
  // The results of a row's group before and after the row: rows of results_, -1: there was or is no group.
  using Change = std::pair<int32_t, int32_t>;

  void run_round(const Batch& input, int32_t round);
  // Keeps the rows that may be applied: not retractions from groups that do not exist.
  void drop_unknown_retractions(const Batch& input, std::span<const int32_t> rows);
  bool group_exists(int32_t row, bool first_round) const;
  // Appends the result of the row's group to results_ later, in the order of these calls; returns which row it will be.
  int32_t want_result(int32_t row);
  void append_wanted_results();
  void clear_group(int32_t row);
  void emit_changes(const Batch& input, Output& output);
  std::vector<ColumnPtr> output_keys() const;

  GroupAggregateSpec spec_;
  std::vector<Type> key_types_;
  Aggregation aggregation_;
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store

  // Of the batch at hand.
  std::vector<ColumnPtr> key_columns_;
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;  // by row
  std::vector<uint8_t> created_;     // by row: its group was made for it
  RowRounds rounds_;
  std::vector<int32_t> applied_;  // rows of the round at hand
  std::vector<Change> changes_;   // by row
  std::vector<int32_t> emptied_;  // rows after which there is no group
  std::vector<ColumnBuilder> results_;
  std::vector<const std::byte*> wanted_;
  int32_t num_results_ = 0;
};

}  // namespace tidemill
