// operators/changed_rows.h - rows with kinds on their way out of an operator that keeps rows. Rule: rows come out in
// the order in which they were added.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "operators/operator.h"
#include "state/value_fields.h"

namespace tidemill {

class ChangedRows {
 public:
  // `schema` is that of the output: the kept columns, then (`numbers`) a row number. Without `update_before` -U is left
  // out.
  ChangedRows(SchemaPtr schema, bool numbers, bool update_before);

  // Begins with the rows of a batch: those added later come out at the watermark of the row of it that made them, so
  // that what they are late for does not depend on how often watermarks travel. Not called: they have none of their
  // own.
  void begin(const Batch& input);
  // Says that rows added from now on come out because of this row of the batch.
  void because_of(int32_t row) { watermark_ = progress_.own_at(row); }

  // Adds a row of the batch that begin() was given. Nothing is copied before emit(), and long texts not even then.
  void add(RowKind kind, int32_t row, int64_t number = 0);
  // Adds a row of other columns, or one that a record holds.
  void add(RowKind kind, std::span<const ColumnPtr> columns, int32_t row, int64_t number = 0);
  void add(RowKind kind, const std::byte* record, const ValueFields& values, const TextHeap& texts, int64_t number = 0);

  int32_t num_rows() const { return static_cast<int32_t>(kinds_.size()); }
  // Emits the rows, if any, and is empty then.
  void emit(Output& output);

 private:
  // `place`: the row of the batch at hand; kOwn: a row is appended to columns_.
  static constexpr int32_t kOwn = -1;
  bool start(RowKind kind, int32_t place, int64_t number);
  std::vector<ColumnPtr> take_columns();

  SchemaPtr schema_;
  bool numbers_;
  bool update_before_;
  std::vector<ColumnBuilder> columns_;  // rows that are not of the batch at hand, their numbers apart
  ColumnBuilder row_numbers_;
  std::vector<ColumnPtr> input_;  // of the batch at hand
  std::vector<RowKind> kinds_;
  std::vector<int32_t> places_;  // by row: in the batch at hand, or ~place in columns_
  int32_t num_own_ = 0;
  bool only_inserts_ = true;
  RowProgress progress_;                      // of the batch at hand
  EpochMillis watermark_ = kNoWatermark;      // of the row at hand
  std::vector<EpochMillis> watermarks_ = {};  // of the rows, where those of the batch differ
};

}  // namespace tidemill
