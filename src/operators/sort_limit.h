// operators/sort_limit.h - ORDER BY and LIMIT over bounded input. Rule: rows come out when the input has ended, in
// order, equal ones as they came; what was taken back does not come.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operators/operator.h"
#include "operators/spec.h"
#include "state/state_store.h"

namespace tidemill {

// Rows are kept in state, one record a different row with how often it came; with a LIMIT over rows that are only
// inserted, no more than a few times as many as can come out.
class SortLimit final : public Operator {
 public:
  explicit SortLimit(const SortLimitSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  void finish(Output& output) override;

 private:
  // Rows in the order in which they come out; columns as kept.
  struct SortedRows {
    std::vector<ColumnPtr> columns;
    std::vector<int64_t> counts;
    std::vector<int32_t> order;
    MemoryCharge charge;  // all rows are in memory, whatever was spilled
  };

  // What comes out after the end of the input, and how far that is.
  struct Emission {
    std::vector<int64_t> counts;
    std::vector<int32_t> order;
    MemoryCharge charge;
    Batch all;
    size_t next = 0;     // in `order`
    int64_t copies = 0;  // of that row, done with
    int64_t place = 0;   // of that copy among all rows
  };

  // Emits the next rows; returns false where they were the last.
  bool emit_some(Output& output);
  // Adds up to a batch of rows that come out next; returns false where they are the last.
  bool choose(std::vector<int32_t>& chosen);
  SortedRows sorted_rows() const;
  // Forgets rows that cannot come out.
  void prune();
  int64_t& count_of(std::byte* record) const { return *reinterpret_cast<int64_t*>(record + count_offset_); }

  SortLimitSpec spec_;
  std::vector<Type> key_types_;  // of the columns as kept
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store
  uint32_t count_offset_ = 0;
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
  std::optional<Emission> emission_;
};

// LIMIT without ORDER BY over rows that are only inserted: the first rows to come, at once.
class PassFirst final : public Operator {
 public:
  explicit PassFirst(const SortLimitSpec& spec) : spec_(spec) {}
  void open(OperatorContext& context) override { context_ = &context; }
  void process(Batch input, int32_t port, Output& output) override;

 private:
  SortLimitSpec spec_;
  OperatorContext* context_ = nullptr;
};

}  // namespace tidemill
