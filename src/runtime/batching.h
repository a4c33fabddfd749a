// runtime/batching.h - when rows gathered for one target leave. Rule: the only place that decides it. A batch of one
// row costs fifty times what a row in a batch of 1,024 costs, so rows wait for company, but never across a control
// event, never while the task has nothing else to do, and never longer than the timeout.
#pragma once
#include <cstdint>

#include "base/time.h"
#include "data/batch.h"

namespace tidemill {

constexpr DurationMillis kBufferTimeoutDefaultMs = 100;  // execution.buffer-timeout.interval

// Which rows may share a batch: those of one split, read while the other splits stood at one place, or those of
// operators. Their w, offsets and kinds may differ.
bool may_share_batch(const Batch& a, const Batch& b);

class BatchingPolicy {
 public:
  // `buffer_timeout_ms` 0: rows leave at once.
  explicit BatchingPolicy(DurationMillis buffer_timeout_ms = kBufferTimeoutDefaultMs)
      : buffer_timeout_ms_(buffer_timeout_ms) {}

  // Rows gathered for one target are enough to leave.
  bool is_full(int32_t rows) const { return rows >= kBatchRowsTarget || buffer_timeout_ms_ == 0; }
  // The oldest gathered row has waited long enough. `now` and `since` in wall ms.
  bool is_overdue(EpochMillis now, EpochMillis since) const { return now - since >= buffer_timeout_ms_; }

 private:
  DurationMillis buffer_timeout_ms_;
};

}  // namespace tidemill
