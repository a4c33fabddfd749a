// operators/sort_limit.h - ORDER BY and LIMIT over bounded input. Rule: rows come out when the input has ended, in
// order, equal ones as they came; what was taken back does not come.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operators/operator.h"
#include "operators/sorted_runs.h"
#include "operators/spec.h"
#include "state/state_store.h"

namespace tidemill {

// Rows are kept in state, one record a different row with how often it came; with a LIMIT over rows that are only
// inserted, no more than a few times as many as can come out.
class SortLimit final : public Operator {
 public:
  static constexpr int64_t kRunRows = 128 * 1024;
  // `run_rows`: how many rows are sorted in memory; where there are more, runs of as many are merged.
  explicit SortLimit(const SortLimitSpec& spec, int64_t run_rows = kRunRows);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  void finish(Output& output) override;

 private:
  // Rows and the order in which they come out; columns as kept.
  struct SortedRows {
    CountedRows rows;
    std::vector<int32_t> order;
    MemoryCharge charge;  // all these rows are in memory, whatever was spilled
  };

  // What comes out after the end of the input, and how far that is.
  struct Emission {
    std::optional<SortedRows> in_memory;  // all rows; without it they are in `runs_`
    size_t next_in_memory = 0;            // in its order
    Batch rows;                           // that come out next
    std::vector<int64_t> counts;
    int32_t next = 0;    // of them
    int64_t copies = 0;  // of that row, done with
    int64_t place = 0;   // of that copy among all rows
  };

  // Emits the next rows; returns false where they were the last.
  bool emit_some(Output& output);
  // Adds rows of those at hand that come out next, up to a batch; returns false where no later one comes out.
  bool choose(std::vector<int32_t>& chosen);
  // Takes up the next rows in order; returns false where there are none left.
  bool take_up();
  SortedRows sort(CountedRows rows) const;
  CountedRows all_rows() const;
  // Moves all rows from the table to runs.
  void write_runs();
  // Forgets rows that cannot come out.
  void prune();
  int64_t& count_of(std::byte* record) const { return *reinterpret_cast<int64_t*>(record + count_offset_); }

  SortLimitSpec spec_;
  int64_t run_rows_;
  std::vector<Type> key_types_;  // of the columns as kept
  RowSorting order_;
  SortedRuns runs_;  // where there are too many rows to sort at once
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store
  uint32_t count_offset_ = 0;
  std::optional<KeyBatch> keys_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
  std::unique_ptr<Emission> emission_;  // after the end of the input
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
