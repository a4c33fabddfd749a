// operators/over_frames.h - the frames and accumulators of OVER. Rule: a row that comes into a frame is added once, and
// taken back once when it leaves: however long a frame is, a row costs O(log rows of the frame).
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "operators/frame_steps.h"
#include "operators/lagged_values.h"
#include "operators/spec.h"
#include "state/ordered_sequence.h"

namespace tidemill {

// Of the rows of a frame only what the aggregates read is kept, and none where the frame is UNBOUNDED.
class OverFrames {
 public:
  explicit OverFrames(const OverAggregateSpec& spec);

  // Adds the fields and companions to the descriptor of the table of partitions.
  void declare(TableDescriptor& descriptor);
  // Call once, with the declared table; both are borrowed.
  void open(RecordTable& table, OperatorContext& context);

  // Rows in the order of each partition's time; records[i] and keys[i] are those of row i.
  struct Rows {
    const Batch& batch;
    const KeyBatch& keys;
    std::span<std::byte* const> records;
    std::span<const EpochMillis> times;
    // Neighbours of one partition and time are in each other's frame, where frames are by RANGE.
    bool share_times = false;
  };
  // Takes rows and returns the results, a row each. Requires: none is before a row of its partition that was taken.
  std::vector<ColumnPtr> take(const Rows& rows);

  // Makes the record and the frame of a partition empty.
  void clear(KeyRef key, std::byte* record);

 private:
  bool bounded() const { return frame_.preceding.has_value(); }
  void finish_step(KeyRef key);
  // Returns the results of rows: result_of[i] says which of those that were asked for is row i's.
  std::vector<ColumnPtr> results_of(std::span<const int32_t> result_of);
  // Lets rows leave the frame that do not belong to it when a row of this time comes.
  void expire(KeyRef key, std::byte* record, EpochMillis time);
  int64_t take_expired(KeyRef key, EpochMillis time, int64_t max);

  OverFrame frame_;
  FrameSteps steps_;
  LaggedValues lagged_;
  std::vector<bool> is_lag_;  // by call: its result is of lagged_
  int32_t companion_ = -1;
  OrderedSequence* kept_ = nullptr;  // rows of frames; null where they are unbounded
  OperatorContext* context_ = nullptr;
  std::vector<ColumnBuilder> lag_results_;  // a row for each result that was asked for
};

}  // namespace tidemill
