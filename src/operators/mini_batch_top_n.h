// operators/mini_batch_top_n.h - the first rows of each partition, of rows that are only inserted, in mini-batches:
// what has changed goes on at barriers, and after so many rows. Rule: a number that several rows had since then comes
// out with the last of them.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "operators/changed_rows.h"
#include "operators/operator.h"
#include "operators/row_places.h"
#include "operators/spec.h"
#include "operators/top_slots.h"

namespace tidemill {

// Keeps what AppendTopN keeps, so that either goes on from the other's state; and, until they go on, which numbers of
// each partition have changed. For consumers that need no -U: what a number showed before is not known any more.
class MiniBatchTopN final : public Operator {
 public:
  // True where AppendTopN suits, mini-batches are asked for, and a row that comes takes the number of another one, so
  // that nothing has to be taken back.
  static bool suits(const RankSpec& spec);

  // Requires: suits(spec).
  explicit MiniBatchTopN(const RankSpec& spec);
  void open(OperatorContext& context) override;
  void process(Batch input, int32_t port, Output& output) override;
  EpochMillis output_watermark(EpochMillis watermark) const override;
  void before_barrier(const Barrier& barrier, Output& output) override;
  void finish(Output& output) override;

 private:
  // What a partition's next row changed.
  struct Entered {
    int32_t rank;
    int32_t size_before;
  };
  // Takes `count` rows of the batch from `first` on.
  void take(const Batch& input, int32_t first, int32_t count);
  void note_entered();
  void flush(Output& output);
  // Emits what has changed of the partitions whose records these are, of changed_.
  void emit_changed(std::span<const std::byte* const> changed, Output& output);
  bool shows(int32_t rank) const { return rank + 1 >= spec_.first; }

  RankSpec spec_;
  std::vector<Type> key_types_;
  TopSlots slots_;
  RowPlaces places_;
  ChangedRows changes_;
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store, as the next
  RecordTable* changed_ =
      nullptr;  // since the last flush: partition ▸ the lowest rank that changed, rows it had before
  uint32_t rank_offset_ = 0;
  uint32_t size_offset_ = 0;
  EpochMillis held_watermark_ = kNoWatermark;  // what downstream may know while something has changed
  int64_t rows_ = 0;                           // since the last flush

  // Of the rows at hand.
  std::optional<KeyBatch> keys_;
  std::vector<int32_t> taken_;
  std::vector<std::byte*> records_;
  std::vector<uint8_t> created_;
  std::vector<int32_t> entered_rows_;
  std::vector<Entered> entered_;
};

}  // namespace tidemill
