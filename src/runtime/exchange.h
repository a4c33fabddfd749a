// runtime/exchange.h - sends each row to the subtask that owns its key. Rule: rows of one key stay in order; a batch
// never mixes splits.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/edge_output.h"
#include "runtime/row_gatherer.h"

namespace tidemill {

// Partitions by key group (state/key_groups.h) and gathers rows for each target as BatchingPolicy says.
class HashExchange final : public EdgeOutput {
 public:
  // `key_columns` of the batches; none: every row goes to the subtask that owns the empty key. `now` gives the time at
  // which the task took its present event. Batches that rows are gathered from are charged to `budget` (borrowed; null:
  // to nothing), once however many targets hold rows of them.
  HashExchange(std::vector<Channel*> channels, std::vector<int32_t> key_columns, int32_t max_parallelism,
               BatchingPolicy policy, std::function<EpochMillis()> now, MemoryBudget* budget = nullptr);

  void flush(std::optional<EpochMillis> now) override;

 private:
  struct Target {
    RowGatherer gathered;
    EpochMillis since = 0;          // when the oldest row came
    std::vector<int32_t> selected;  // scratch: rows of the present batch
  };
  void route(Batch batch) override;
  void select(const Batch& batch);
  void send_gathered(size_t target);

  const std::vector<int32_t> key_columns_;
  const int32_t max_parallelism_;
  const BatchingPolicy policy_;
  const std::function<EpochMillis()> now_;
  MemoryBudget* const budget_;
  std::vector<int32_t> target_of_group_;
  std::vector<Target> targets_;
  std::vector<uint64_t> hashes_;  // scratch
  bool waiting_ = false;          // some target holds rows
};

}  // namespace tidemill
