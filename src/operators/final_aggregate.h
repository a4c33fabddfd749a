// operators/final_aggregate.h - GROUP BY over bounded input, of which only the end result counts. Rule: one +I a group
// when the input has ended, in the order in which the groups first came.
#pragma once
#include <optional>
#include <vector>

#include "operators/aggregation.h"
#include "operators/operator.h"
#include "operators/spec.h"

namespace tidemill {

// A global aggregate (no keys) gives its row even over nothing.
class FinalAggregate final : public Operator {
 public:
  explicit FinalAggregate(const GroupAggregateSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  void finish(Output& output) override;

 private:
  // Emits the next groups; returns false where there are none left.
  bool emit_some(Output& output);
  void emit(std::span<const std::byte* const> records, Output& output);

  GroupAggregateSpec spec_;
  std::vector<Type> key_types_;
  Aggregation aggregation_;
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
  std::optional<RecordTable::Scan> emitting_;  // after the end of the input
};

}  // namespace tidemill
