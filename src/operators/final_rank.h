// operators/final_rank.h - the first rows of each partition, once they are final: when the partition's window ends, or
// at the end of bounded input. Rule: rows come out once, in their order.
#pragma once
#include <optional>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/operator.h"
#include "operators/row_places.h"
#include "operators/spec.h"
#include "operators/window_time.h"
#include "state/value_fields.h"

namespace tidemill {

// A row of a window that the watermark has passed is late: dropped and counted. Of rows that are only inserted, those
// behind the last number are forgotten at once.
class FinalRank final : public Operator {
 public:
  // Requires: final_only; rows of windows are only inserted.
  explicit FinalRank(const RankSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  std::optional<NextFiring> next_firing() const override;

 private:
  bool by_window() const { return spec_.window_end >= 0; }
  // Returns the watermark that completes the row's partition.
  EpochMillis fires_at(const Batch& input, int32_t row) const;
  void insert(const Batch& input, int32_t row, int64_t arrival);
  // Returns false where the row never came, or has expired.
  bool remove(const Batch& input, int32_t row);
  bool fire_some(EpochMillis watermark, Output& output);

  RankSpec spec_;
  std::vector<Type> key_types_;
  ValueFields values_;
  RowPlaces places_;
  ChangedRows rows_out_;
  OperatorContext* context_ = nullptr;
  std::optional<WindowTime> time_;
  OrderedTable* kept_ = nullptr;  // owned by the state store
  TimerQueue* ends_ = nullptr;    // of partitions that have rows; owned by the state store
  std::optional<KeyBatch> keys_;
};

}  // namespace tidemill
