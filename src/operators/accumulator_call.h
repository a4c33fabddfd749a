// operators/accumulator_call.h - a call of an aggregate function on records of a table. Rule: texts of accumulators
// live in the heap of the table that holds the record; overflows are counted when the call is done.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "expr/aggregate.h"
#include "operators/operator.h"
#include "operators/row_evaluation.h"
#include "state/record_table.h"

namespace tidemill {

// Slots of accumulators as texts of a table.
class TableTexts final : public AccumulatorTexts {
 public:
  explicit TableTexts(RecordTable& table) : heap_(table.texts()) {}
  void assign(std::byte* slot, std::string_view text) override {
    heap_.replace(*reinterpret_cast<StoredText*>(slot), text);
  }
  std::string_view load(const std::byte* slot) const override {
    return heap_.load(*reinterpret_cast<const StoredText*>(slot), scratch_);
  }

 private:
  TextHeap& heap_;
  mutable std::string scratch_;
};
static_assert(sizeof(StoredText) == AccumulatorTexts::kSlotBytes);

// What a function is given besides accumulators, for one statement or block.
class AccumulatorCall {
 public:
  AccumulatorCall(RecordTable& table, OperatorContext& context) : texts_(table), context_(context) {
    aggregate_.texts = &texts_;
  }
  AccumulatorCall(const AccumulatorCall&) = delete;
  AccumulatorCall& operator=(const AccumulatorCall&) = delete;
  ~AccumulatorCall() {
    if (aggregate_.overflows != 0) context_.metrics().add(kOverflowsCounter, aggregate_.overflows);
  }
  operator AggregateContext&() { return aggregate_; }

 private:
  TableTexts texts_;
  OperatorContext& context_;
  AggregateContext aggregate_;
};

// Adds all values of a column, in their order, to the accumulator at `offset` of one record.
inline void add_all(const AggregateFunction& function, AggregateContext& call, std::byte* record, int32_t offset,
                    const Column& values) {
  if (values.num_rows() == 0) return;
  const std::vector<std::byte*> records(static_cast<size_t>(values.num_rows()), record);
  function.add(call, {records, offset}, &values, Selection::all(values.num_rows()));
}

}  // namespace tidemill
