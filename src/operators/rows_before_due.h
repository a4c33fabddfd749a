// operators/rows_before_due.h - where a batch is cut so that what is due fires before the rows behind it. Rule: the
// result is the same as if each row came in a batch of its own.
#pragma once
#include <algorithm>
#include <span>

#include "data/batch.h"

namespace tidemill {

// Returns what Operator::rows_before_firing() wants of an operator whose earliest timer is at `next_due`, and whose row
// i adds one at due[i]. Requires: as many as the batch has rows.
inline int32_t rows_before_due(const Batch& input, int32_t first, EpochMillis next_due,
                               std::span<const EpochMillis> due) {
  for (int32_t row = first; row < input.num_rows(); ++row) {
    if (row > first && input.progress().merged_at(row) >= next_due) return row - first;
    next_due = std::min(next_due, due[static_cast<size_t>(row)]);
  }
  return input.num_rows() - first;
}

}  // namespace tidemill
