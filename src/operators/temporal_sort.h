// operators/temporal_sort.h - ORDER BY a time attribute over input that never ends. Rule: a row comes out when its time
// has been reached, so that no later one can come before it; one that is too late for its place is dropped.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "state/value_fields.h"

namespace tidemill {

// Source of the rules: Flink, RowTimeSortOperator and ProcTimeSortOperator. By event time a row is too late where rows
// of its time or a later one have come out. By processing time the rows of one millisecond are sorted in the next.
class TemporalSort final : public Operator {
 public:
  explicit TemporalSort(const TemporalSortSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  int32_t rows_before_firing(const Batch& input, int32_t first, int32_t port) override;
  void on_watermark(EpochMillis watermark, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;
  void finish(Output& output) override;
  std::optional<NextFiring> next_firing() const override;

 private:
  // Returns the time of the first row that waits.
  std::optional<EpochMillis> next_time() const;
  // Emits the rows of times up to and with `time`.
  void fire_until(EpochMillis time, Output& output);
  bool fire_some(EpochMillis time, Output& output);

  TemporalSortSpec spec_;
  ValueFields values_;
  OperatorContext* context_ = nullptr;
  OrderedTable* rows_ = nullptr;  // (), (time, other keys, number of arrival) ▸ row; owned by the state store
  std::optional<KeyBatch> one_key_;
  std::vector<EpochMillis> times_;
};

}  // namespace tidemill
