// operators/sorted_over.h - f(x) OVER (PARTITION BY … ORDER BY anything frame) of rows that come in any order and may
// be taken back. Rule: all rows are kept, with the results that were last given; each input row gives the changes that
// it makes at once, in batch mode each row comes out at the end.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/frame_walk.h"
#include "operators/operator.h"
#include "operators/row_places.h"
#include "operators/spec.h"
#include "state/time_to_live.h"
#include "state/value_fields.h"

namespace tidemill {

// Source of the rules: Flink, NonTimeRangeUnboundedPrecedingFunction and NonTimeRowsUnboundedPrecedingFunction; of
// other frames and functions its batch operators (OverWindowFrame and its kinds). A retraction takes the first row that
// is equal; one of a row that is not there is left out and counted.
//
// Where results depend on the rows before a row only, a row behind all others costs O(log rows) and any other one a
// walk of its partition; in other cases each row costs a walk. With time to live a partition that was not written for
// so long is forgotten without a change.
class SortedOver final : public Operator {
 public:
  explicit SortedOver(const SortedOverSpec& spec);
  SortedOver(const SortedOver&) = delete;
  SortedOver& operator=(const SortedOver&) = delete;
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;
  void finish(Output& output) override;

 private:
  // Takes rows of the batch until a batch's worth has to be emitted. Returns whether some are left.
  bool take_rows(Output& output);
  void renew_expired(int32_t row);
  void insert(int32_t row);
  void remove(int32_t row);
  // Where the row that is equal to row `row` is kept.
  std::optional<std::string> find(int32_t row);
  // Begins to look which results have changed with the row that is or was at a place.
  void begin_walk(int32_t row, std::string_view place, bool came);
  // Gives the changes of the next rows of the walk; returns false where there are none left.
  bool walk_on();
  void add_changes(const FrameWalk::Walked& walked);
  void forget(KeyRef key);
  // Emits the next rows of all partitions, at the end.
  bool emit_final(Output& output);
  bool next_partition();

  SortedOverSpec spec_;
  std::vector<Type> key_types_;
  ValueFields values_;   // of the input
  ValueFields results_;  // not in batch mode
  RowPlaces places_;
  PartitionRows rows_of_partitions_;
  FrameWalk walk_;
  ChangedRows changes_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  // Owned by the state store.
  OrderedTable* rows_ = nullptr;
  RecordTable* partitions_ = nullptr;  // what is added up, when each was written
  uint32_t shown_offset_ = 0;          // flag of a row: it has come out

  // Of the batch at hand.
  Batch input_;
  int32_t next_row_ = 0;
  bool walking_ = false;
  std::optional<KeyBatch> keys_;

  // At the end of the input.
  std::vector<std::string> final_keys_;  // canonical, of the next partitions; the last is the next
  bool keys_ended_ = false;
  std::optional<KeyBatch> final_key_;
};

}  // namespace tidemill
