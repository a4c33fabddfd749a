// operators/lookup_join.h - each row with the rows that a table has for its keys when it is asked. Rule: what came out
// stays as it is when the table changes; a row that takes another back is looked up like any.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "operators/lookup_cache.h"
#include "operators/operator.h"
#include "operators/spec.h"
#include "operators/whole_table.h"
#include "state/key_batch.h"

namespace tidemill {

// Source of the rules: Flink, LookupJoinRunner and RetryableLookupFunctionDelegator. The keys of a batch are asked for
// together, each once; rows come out in the order of the input.
class LookupJoin final : public Operator {
 public:
  explicit LookupJoin(const LookupJoinSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;

 private:
  // Rows of the input at hand that may find something, with the rows found; parallel arrays.
  struct Pairs {
    std::vector<int32_t> rows;  // of the input
    std::vector<const LookupAnswer*> answers;
    std::vector<int32_t> places;  // in the batch of the answer
  };

  // Notes which keys the batch has.
  void begin(Batch input);
  // `rows`: those of the input that have keys, which lie in keys_.
  void number_keys(std::span<const int32_t> rows);
  std::vector<int32_t> unknown_keys();
  // Asks for keys, then goes on with answered().
  void ask(std::vector<int32_t> keys, Output& output);
  void ask_by_key(const std::vector<int32_t>& keys);
  // Reads the table whole for these keys, and keeps it where it is cached.
  void ask_whole(std::vector<int32_t> keys);
  void find_in(const WholeTable& table, const std::vector<int32_t>& keys);
  void take_found(const FoundRows& found, std::span<const int32_t> keys);
  void answered(const std::vector<int32_t>& keys, Output& output);
  void emit_joined(Output& output);

  // Emits a batch or so; false where nothing is left.
  bool step(Output& output);
  Pairs next_pairs();
  // The rows found, as their table gives them.
  Batch found_rows(const Pairs& pairs) const;
  void emit_pairs(const Pairs& pairs, int32_t first_row, Output& output);

  LookupJoinSpec spec_;
  LookupCache cache_;
  KeyLayoutPtr layout_;
  OperatorContext* context_ = nullptr;
  std::shared_ptr<Lookup> lookup_;       // null: the table is read whole
  std::shared_ptr<const Source> whole_;  // null: it is not
  LookupAnswers known_;
  std::shared_ptr<const WholeTable> table_;
  EpochMillis table_until_ = kNoWatermark;  // when it is read again
  MemoryCharge charge_;

  // The batch at hand.
  Batch input_;
  std::vector<ColumnPtr> key_columns_;  // of the rows that have keys
  KeyBatch keys_;                       // likewise
  std::vector<int32_t> key_rows_;       // of each key, its first row in key_columns_
  std::vector<int32_t> key_of_row_;     // of each row of the input; -1: it finds nothing
  std::vector<LookupAnswer> answers_;   // by key
  int32_t calls_ = 0;                   // under way
  int64_t attempts_ = 0;

  // Where the output is: the row of the input, the next row found for it, and whether one has come out.
  int32_t row_ = 0;
  size_t next_found_ = 0;
  bool matched_ = false;
};

}  // namespace tidemill
