// operators/joined_rows.h - what a join emits, as places of rows. Rule: an output row is a row of the input at hand,
// one of the other side's that were read from state, or both.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "operators/join_side.h"
#include "operators/operator.h"

namespace tidemill {

// Rows of the other side that were read from state for rows of the input at hand; parallel arrays.
struct PairedRows {
  std::vector<int32_t> input_rows;  // the row of the input that has the same key
  std::vector<ColumnPtr> stored;    // of StoredRows
};

class JoinedRows {
 public:
  // `left_only`: only left columns come out, which each row then has.
  JoinedRows(SchemaPtr schema, bool left_only) : schema_(std::move(schema)), left_only_(left_only) {}

  // Lets rows come out at the watermark of the row of the input at hand that made them, as `output_watermark` gives it
  // to whoever comes next (Operator::output_watermark). Otherwise they have none of their own.
  void keep_watermarks(std::function<EpochMillis(EpochMillis)> output_watermark) {
    output_watermark_ = std::move(output_watermark);
  }

  bool empty() const { return kinds_.empty(); }
  // Adds a row `copies` times. `input_row` -1: NULLs in its place; `pair` -1: NULLs for the other side.
  void add(RowKind kind, int32_t input_row, int32_t pair, int64_t copies = 1);
  // Emits all rows in batches and removes them. `port`: the input at hand (0: left), whose side is `own`.
  void emit(const Batch& input, int32_t port, const JoinSide& own, const JoinSide& other, const PairedRows& pairs,
            Output& output);

 private:
  RowProgress progress_of(const Batch& input, std::span<const int32_t> rows) const;

  SchemaPtr schema_;
  bool left_only_;
  std::function<EpochMillis(EpochMillis)> output_watermark_;
  std::vector<RowKind> kinds_;
  std::vector<int32_t> input_rows_;
  std::vector<int32_t> pairs_;
};

// Returns the columns of rows of the other side: `places` in `pairs`, -1 gives NULLs. `input` is the batch at hand,
// which has the keys, in the columns `input_keys`.
std::vector<ColumnPtr> paired_columns(const JoinSide& other, const PairedRows& pairs, const Batch& input,
                                      std::span<const int32_t> input_keys, std::span<const int32_t> places);
// Returns the columns of the rows at `rows` of a batch, -1 gives NULLs.
std::vector<ColumnPtr> columns_of_rows(const Batch& batch, std::span<const int32_t> rows);
// Returns the pairs for which the residual is TRUE, ascending; all where there is none. `input`: the batch at hand,
// whose side is `own`.
std::vector<int32_t> fitting_pairs(const JoinSpec& spec, int32_t port, const Batch& input, const JoinSide& own,
                                   const JoinSide& other, const PairedRows& pairs, OperatorContext& context);
// Puts the columns of the input at hand and of the other one in order, left first.
std::vector<ColumnPtr> in_order(int32_t port, std::vector<ColumnPtr> own, std::vector<ColumnPtr> others);

}  // namespace tidemill
