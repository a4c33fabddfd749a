// operators/over_frames.h - the frames and accumulators of OVER. Rule: a row that comes into a frame is added once, and
// taken back once when it leaves; MIN and MAX, which cannot take back, keep those values that may yet be the result. So
// what a row costs does not grow with the frame.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "operators/frame_extreme.h"
#include "operators/frame_steps.h"
#include "operators/lagged_values.h"
#include "operators/spec.h"
#include "state/ordered_sequence.h"

namespace tidemill {

// Of the rows of a frame only what the aggregates that are added up read is kept, and none where the frame is
// UNBOUNDED.
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
  // Finds the steps of the rows, and which of them is each row's.
  void find_steps(const Rows& rows);
  // Returns where the frame of rows at this position begins.
  int64_t start_of(int64_t position) const;
  void add_up(const Rows& rows);
  void lag(const Batch& rows);
  // Returns the results of all calls, in their order.
  std::vector<ColumnPtr> results(const Batch& rows);
  // Lets rows leave the frame that do not belong to it when those of the step come.
  void expire(const FrameStep& step);
  int64_t take_expired(const FrameStep& step, int64_t max);

  // Which part of this a call is of.
  enum class Part : uint8_t { kAddedUp, kExtreme, kLagged };
  Part part_of(const AggregateSpec& call) const;
  std::vector<AggregateSpec> calls_of(std::span<const AggregateSpec> calls, Part part) const;

  OverFrame frame_;
  std::vector<Part> parts_;  // by call
  bool adds_up_;             // some call is kAddedUp
  FrameSteps added_up_;
  std::vector<FrameExtreme> extremes_;
  LaggedValues lagged_;
  int32_t companion_ = -1;
  OrderedSequence* kept_ = nullptr;  // rows of frames; null where they are unbounded, or nothing is added up
  OperatorContext* context_ = nullptr;
  uint32_t numbers_offset_ = 0;             // in records: how many rows came; where extremes_ have frames by ROWS
  std::vector<ColumnBuilder> lag_results_;  // a row for each step

  // Of the batch at hand.
  int64_t arrival_ = 0;  // number of its first row
  std::vector<FrameStep> steps_;
  std::vector<int32_t> step_of_;  // by row
  RowRounds by_partition_;        // of the steps; where there are extremes
};

}  // namespace tidemill
