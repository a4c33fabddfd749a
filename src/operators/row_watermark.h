// operators/row_watermark.h - what was complete when a row came. Rule: the watermark that the row came with, or the
// operator's where that is ahead (a split back from idleness, rows that an operator made).
#pragma once
#include <algorithm>

#include "operators/operator.h"

namespace tidemill {

// Returns the watermark that row `row` of the batch is judged by, during process().
inline EpochMillis row_watermark(const Batch& batch, int32_t row, const OperatorContext& context) {
  const RowProgress& progress = batch.progress();
  return progress.from_split ? std::max(progress.at(row), context.watermark()) : context.watermark();
}

}  // namespace tidemill
