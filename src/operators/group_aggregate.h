// operators/group_aggregate.h - updating GROUP BY and SELECT DISTINCT. Rule: each input row gives the change of its
// group at once, whatever the batch: +I for a new group, -U and +U where the result changed, -D where its last row is
// gone; in mini-batches, the net change of a group comes at a barrier.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "operators/aggregation.h"
#include "operators/operator.h"
#include "operators/pending_changes.h"
#include "operators/row_rounds.h"
#include "operators/spec.h"
#include "state/time_to_live.h"

namespace tidemill {

// Source of the rules: Flink, GroupAggFunction. A retraction from a group that does not exist is left out and counted.
// No keys: one group for all, which ends with -D too.
//
// With state_ttl_ms, a group that was not written for so long in processing time is as one that never was; what it
// showed is not taken back. Then a change that changes nothing is emitted too, so that downstream keeps its state.
//
// A batch is taken in rounds (row_rounds.h), each of them column loops over groups that are all different; the changes
// then come out in the order of the rows.
//
// With mini_batch_rows, what a group showed before its first change is kept (pending_changes.h) until a barrier, the
// end of the input, or the last of so many rows: then each changed group gives what is left of all its changes, if
// anything, in the order of their first changes. Until then the watermark is held back, so that no change is late
// downstream.
class GroupAggregate final : public Operator {
 public:
  // Requires: not bounded_final_only (final_aggregate.h does that).
  explicit GroupAggregate(const GroupAggregateSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis output_watermark(EpochMillis watermark) const override;
  void before_barrier(const Barrier& barrier, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;
  void finish(Output& output) override;

 private:
  // The results of a row's group before and after the row: rows of results_, -1: there was or is no group.
  using Change = std::pair<int32_t, int32_t>;

  // Gives every row of the batch its group.
  void begin(const Batch& input);
  // Makes groups that have expired new again, and notes that all of the batch are written now.
  void renew_expired();
  // Forgets the groups that are empty now, and ends the call.
  void end();
  // Takes a batch and notes what it changes.
  void coalesce(const Batch& input);
  void note_before(std::span<const int32_t> first_changes);
  // Emits the net change of every group that has changed.
  void flush(Output& output);
  void emit_net_changes(std::span<const std::byte* const> pending, Output& output);

  void run_round(const Batch& input, int32_t round);
  // The same where nobody asks what the rows changed.
  void apply_round(const Batch& input, int32_t round);
  // Keeps the rows that may be applied: not retractions from groups that do not exist.
  void drop_unknown_retractions(const Batch& input, std::span<const int32_t> rows);
  bool group_exists(int32_t row, bool first_round) const;
  // Appends the result of the row's group to results_ later, in the order of these calls; returns which row it will be.
  int32_t want_result(int32_t row);
  void append_wanted_results();
  void clear_group(int32_t row);
  std::vector<ColumnPtr> take_results();
  // Emits changes_, that of row i under key i.
  void emit_changes(const std::vector<ColumnPtr>& keys, Output& output);
  // Returns the keys of the batch as the groups show them.
  std::vector<ColumnPtr> output_keys() const;

  GroupAggregateSpec spec_;
  std::vector<Type> key_types_;
  Aggregation aggregation_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;                // owned by the state store
  std::optional<PendingChanges> pending_;       // mini-batch only
  EpochMillis held_watermark_ = kMaxWatermark;  // where pending_ has groups: the watermark of its first

  // Of the batch at hand.
  std::vector<ColumnPtr> key_columns_;
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;  // by row
  std::vector<uint8_t> created_;     // by row: its group was made for it
  RowRounds rounds_;
  std::vector<int32_t> applied_;  // rows of the round at hand
  std::vector<Change> changes_;   // by row; in a flush by pending group
  std::vector<int32_t> emptied_;  // rows after which there is no group
  std::vector<ColumnBuilder> results_;
  std::vector<const std::byte*> wanted_;
  int32_t num_results_ = 0;
};

}  // namespace tidemill
