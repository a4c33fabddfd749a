// runtime/split_watermarks.h - event time of the splits that one source task reads. Rule: what a row is judged by is
// the greatest watermark of the earlier rows of its own split; the task's watermark is the minimum over active splits.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "runtime/task_inspection.h"
#include "runtime/task_snapshot.h"
#include "runtime/watermark_merger.h"

namespace tidemill {

struct SplitWatermarkOptions {
  std::optional<int32_t> rowtime = {};              // column that WATERMARK FOR names; none: rows have no event time
  bool always_row_watermarks = false;               // give w(i) even where no row is behind it
  std::optional<DurationMillis> idle_timeout = {};  // none: a split is never idle
  bool splits_may_come = false;                     // the source goes on finding splits: it never finishes by itself
  bool merged = false;                              // late-rows = MERGED
};

// Task thread only.
class SplitWatermarks {
 public:
  explicit SplitWatermarks(const SplitWatermarkOptions& options);

  // Adds splits, new ones (no watermark: they hold the merged one back until they are read) or restored ones. All that
  // are known at the start must come in one call.
  void add(std::span<const SplitProgress> splits);
  // No splits will be added any more, though SplitWatermarkOptions::splits_may_come.
  void no_more_splits();
  // No more rows of the split will come.
  void finish(std::string_view split);

  // Takes rows of a split: gives them their w(i) and counts `watermarks` (the watermark expression of each row,
  // kNoWatermark where it is NULL; empty: the table has none). The split is active again.
  Batch assign(std::string_view split, Batch batch, std::span<const EpochMillis> watermarks);
  // SOURCE_WATERMARK(): the split itself promises that no row at or below `watermark` follows.
  void promise(std::string_view split, EpochMillis watermark);
  // The split is at its present end. `now` in wall ms.
  void caught_up(std::string_view split, EpochMillis now);
  // True where each split that has not finished has been at its end once.
  bool reached_end() const;
  // Turns splits idle that have been caught up for the timeout.
  void check_idle(EpochMillis now);
  // Returns when check_idle() may find something, kMaxWatermark: never.
  EpochMillis next_idle_check() const;

  // Returns the highest event time of a row read in this attempt.
  EpochMillis newest() const { return newest_; }
  std::optional<DurationMillis> idle_timeout() const { return options_.idle_timeout; }
  EpochMillis merged() const { return merger_.merged(); }
  // True where every split that is left is idle, or none is left and more may come.
  bool idle() const { return merger_.idle(); }
  bool finished() const { return merger_.finished(); }
  // Returns the active split with the lowest watermark, empty where none is active.
  std::string_view preferred() const;
  // Returns the active splits whose watermark is above `limit`.
  std::set<std::string, std::less<>> ahead_of(EpochMillis limit) const;
  // Returns the split's event time for a snapshot. Requires: it was added and has not finished.
  SplitProgress progress(const Split& split) const;
  // Returns how each split stands that has not finished, by id.
  std::vector<SplitInspection> inspect() const;

 private:
  struct State {
    int32_t input = 0;  // in merger_
    EpochMillis watermark = kNoWatermark;
    std::optional<EpochMillis> caught_up_since;
    bool reached_end = false;  // it has been caught up
    EpochMillis newest = kNoWatermark;
  };
  State& state(std::string_view split);
  void raise(State& state, EpochMillis watermark);
  void note_newest(State& state, const Batch& batch);
  RowProgress row_progress(const State& state, const Batch& batch, std::span<const EpochMillis> watermarks) const;

  const SplitWatermarkOptions options_;
  std::optional<int32_t> to_come_;  // input of merger_ for splits to come
  WatermarkMerger merger_;
  EpochMillis newest_ = kNoWatermark;
  std::map<std::string, State, std::less<>> splits_;  // those that have not finished
  std::vector<std::string> names_;                    // by input of merger_
};

}  // namespace tidemill
