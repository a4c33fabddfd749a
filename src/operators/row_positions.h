// operators/row_positions.h - where the rows of a batch stand in the order of FIRST_VALUE, LAST_VALUE and LISTAGG.
// Rule: (rowtime, split, offset), which follows from the log and not from when a row came; rows that no split gave are
// all in one place of their time.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "expr/aggregate_spec.h"

namespace tidemill {

struct RowPosition {
  EpochMillis time = kNoWatermark;  // kNoWatermark too where the rowtime is NULL, or does not count
  std::string_view split;
  int64_t offset = 0;
  auto operator<=>(const RowPosition&) const = default;
};

// One batch at a time.
class RowPositions {
 public:
  // Requires: another order than kArrival.
  RowPositions(RowOrder order, int32_t rowtime);

  // Reads the batch, which must outlive this use.
  void begin(const Batch& batch);
  RowPosition operator[](int32_t row) const;
  // Returns the same as columns that order as the positions do.
  std::vector<ColumnPtr> columns() const;
  // Returns the types of columns().
  std::vector<Type> column_types() const;
  // Names the order in the names of state, so that another order finds other state.
  std::string_view name() const { return by_time_ ? "by rowtime" : "by split"; }

 private:
  bool by_time_;
  int32_t rowtime_;
  const Batch* batch_ = nullptr;
  std::optional<Decoded<int64_t>> times_;  // of the batch, where they count
};

}  // namespace tidemill
