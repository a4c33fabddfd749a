// operators/frame_edges.h - where the frame of a row begins and ends, as its partition is walked in order. Rule:
// neither edge ever moves back, so that all frames of a partition take one walk of each.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "expr/window_frame.h"
#include "operators/partition_cursor.h"

namespace tidemill {

// Tells of rows in front of or behind the row at hand whether they are in its frame. By RANGE a row whose value is NULL
// is at distance 0 from other such rows, and at any from the rest.
class FrameEdges {
 public:
  FrameEdges(const WindowFrame& frame, bool nulls_first) : frame_(frame), nulls_first_(nulls_first) {}

  // Expressions that the cursor of the rows, and those of the edges, must have as keys.
  std::vector<ExpressionPtr> row_keys() const;
  std::vector<ExpressionPtr> edge_keys() const;

  // Takes the row whose frame is asked for.
  void set(const PartitionCursor& row);
  // Returns whether the row of a cursor is in front of the frame's start, or not behind its end.
  bool before_start(const PartitionCursor& other) const;
  bool before_end(const PartitionCursor& other) const;

 private:
  struct Edge {
    int64_t index = 0;   // ROWS: the first row of the frame, or the first behind it
    std::string values;  // RANGE, CURRENT ROW: of the row's peers
    std::string key;     // RANGE, with an offset
  };
  bool is_null(std::string_view key) const { return key.front() == (nulls_first_ ? '\x00' : '\xff'); }
  void set_range(const FrameBound& bound, const PartitionCursor& row, size_t& expression, Edge& edge);

  WindowFrame frame_;
  bool nulls_first_;
  Edge start_, end_;
};

}  // namespace tidemill
