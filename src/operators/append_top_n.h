// operators/append_top_n.h - the first rows of each partition, kept up to date, where rows are only inserted and few
// are kept. Rule: gives what TopN gives (top_n.h); all rows of a partition lie in one record.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/operator.h"
#include "operators/row_places.h"
#include "operators/spec.h"
#include "operators/top_slots.h"
#include "state/time_to_live.h"

namespace tidemill {

// Source of the rules: Flink, AppendOnlyTopNFunction and FastTop1Function. A row that does not get a place costs one
// look at its partition's record; one that does moves the numbers of those behind it.
class AppendTopN final : public Operator {
 public:
  static constexpr std::string_view kTable = "first";  // partition ▸ rows

  // True where rows are only inserted, and so few are kept that a record holds them.
  static bool suits(const RankSpec& spec);

  // Requires: suits(spec).
  explicit AppendTopN(const RankSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis next_processing_timer() const override;
  void on_processing_time(EpochMillis now, Output& output) override;

 private:
  // Takes the next rows of the batch, so many that what they change has a bound. Returns whether some are left.
  bool take_rows(Output& output);
  void take(int32_t row, std::byte* record);
  // Adds what becomes of the rows from rank `rank` on where the row comes in front of them.
  void shift_down(int32_t row, const std::byte* record, int32_t rank);
  bool shows(int64_t number) const { return number >= spec_.first && number <= spec_.last; }

  RankSpec spec_;
  bool shifts_;  // rows that move change
  std::vector<Type> key_types_;
  TopSlots slots_;
  RowPlaces places_;
  ChangedRows changes_;
  TimeToLive time_to_live_;
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store

  // Of the batch at hand.
  Batch input_;
  int32_t next_row_ = 0;
  std::optional<KeyBatch> keys_;
  std::vector<int32_t> rows_;  // those that are taken at once
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
};

}  // namespace tidemill
