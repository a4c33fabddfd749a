// operators/frame_walk.h - the results of OVER for the rows of one partition, walked in their order. Rule: what is
// added up depends on the rows and their order alone, never on how they came to be; at any time a few hundred rows of
// the partition are in memory, and what the aggregates keep is in state.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operators/frame_edges.h"
#include "operators/frame_steps.h"
#include "operators/partition_cursor.h"
#include "operators/row_positions_over.h"
#include "operators/spec.h"

namespace tidemill {

// Frames that begin with the first row only grow. Of others rows leave, where that can be undone exactly; where it
// cannot (sums of floating-point numbers, DISTINCT of what is listed) every frame is added up anew, as Flink's batch
// mode does.
class FrameWalk {
 public:
  // `rows` outlives this.
  FrameWalk(const SortedOverSpec& spec, const PartitionRows& rows);
  // Adds fields and companions to the table of partitions.
  void declare(TableDescriptor& partitions);
  // Call once, with the declared table; `context` and the table are borrowed.
  void open(RecordTable& partitions, OperatorContext& context);

  // True where a row's results depend only on the rows before it and its peers: a walk may begin in the middle.
  bool looks_back_only() const { return looks_back_only_; }

  // True where a row has a part in the results of a few rows around it only.
  bool looks_nearby() const { return reach_.has_value(); }

  // Begins a walk of all rows of a partition. `key` must stay until the walk has ended.
  void begin(KeyRef key);
  // Begins with the first row from `place` on. Rows before it are only added up. Requires: looks_back_only(), `place`
  // such that no row before it has a result that changed.
  void begin_at(KeyRef key, std::string_view place);
  // The same where all rows but the one at `last`, the last of the partition, were walked before and stand as they did.
  void go_on_at(KeyRef key, std::string_view place, std::string_view last);
  // Begins a walk of those rows in whose results the row at `place` has a part, or had one. Requires: looks_nearby().
  void begin_near(KeyRef key, std::string_view place);

  // Rows with their results. `columns`: of the input.
  struct Walked {
    std::vector<ColumnPtr> columns;
    std::vector<ColumnPtr> results;
    std::string first_place, last_place;
    int32_t num_rows = 0;
  };
  // Returns the next rows, some hundred; nullopt: all were given, and the walk has ended. Releases the state.
  std::optional<Walked> next();

  // Makes the record of a partition empty.
  void clear(KeyRef key, std::byte* record);

 private:
  enum class Mode : uint8_t { kGrows, kSlides, kAnew };
  // How many rows in front of a row, and behind it, have a part in its results.
  struct Reach {
    int64_t back = 0;
    int64_t ahead = 0;
  };
  static Mode mode_of(const SortedOverSpec& spec);
  std::optional<Reach> reach_of(const WindowFrame& frame) const;

  void start_cursors(std::string_view place, int64_t index);
  // Adds the rows before `place` up, and returns how many they are; `before` becomes the peers of the last of them.
  int64_t add_before(std::string_view place, RowPositionsOver::Peers& before);
  // Returns how many rows of the partition are in a range.
  int64_t count(const SubKeyRange& range) const;
  void take_record();
  void run_if_full();
  // The same within a step, which goes on.
  void make_room();
  // Brings the frame to that of the row at hand; returns whether it changed.
  bool move_frame();
  bool let_come();
  bool let_leave();
  void add_anew();
  int64_t& groups(std::byte* record) const { return *reinterpret_cast<int64_t*>(record + groups_offset_); }

  const PartitionRows* rows_;
  Mode mode_;
  bool aggregates_ = false;  // some call is an aggregate
  bool looks_back_only_ = true;
  std::optional<Reach> reach_;  // nullopt: it has no bound
  int64_t frame_start_ = 0;     // ROWS: offset of the frame's start
  FrameSteps steps_;
  FrameEdges edges_;
  RowPositionsOver positions_;
  std::vector<int32_t> aggregate_of_;  // by call: which aggregate it is, -1: of positions_
  PartitionCursor row_, ahead_, behind_, frame_;
  OperatorContext* context_ = nullptr;
  RecordTable* table_ = nullptr;  // owned by the state store
  uint32_t groups_offset_ = 0;

  // Of the walk at hand.
  KeyRef key_;
  std::byte* record_ = nullptr;
  bool first_ = true;      // no frame has been asked for
  int64_t rows_left_ = 0;  // to be walked
};

}  // namespace tidemill
