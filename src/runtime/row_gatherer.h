// runtime/row_gatherer.h - collects selected rows of several batches into one. Rule: each row is copied once, when the
// batch is made; until then the batches it lies in are kept alive.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/batch.h"
#include "state/memory_budget.h"

namespace tidemill {

class RowGatherer {
 public:
  int32_t num_rows() const { return num_rows_; }
  // The batch that rows lie in which were added first. Requires: num_rows() > 0.
  const Batch& first() const { return parts_.front().batch; }

  // Adds rows of a batch. Requires: may_share_batch with those already here. `charge` is kept as long as the batch: it
  // is for all gatherers that hold rows of it; null: nobody counts.
  void add(const Batch& batch, std::vector<int32_t> rows, std::shared_ptr<const MemoryCharge> charge = nullptr);
  // Makes one batch of all rows in the order added, with kinds, w and offsets where any part has them, and empties
  // this.
  Batch finish();

 private:
  struct Part {
    Batch batch;
    std::vector<int32_t> rows;
    std::shared_ptr<const MemoryCharge> charge;
  };
  ColumnPtr gather_column(int32_t index) const;
  RowProgress gather_progress() const;
  RowOrigin gather_origin() const;

  std::vector<Part> parts_;
  int32_t num_rows_ = 0;
};

}  // namespace tidemill
