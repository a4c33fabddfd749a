#include "operators/frame_edges.h"

#include <algorithm>
#include <limits>

namespace tidemill {
namespace {

int64_t moved(int64_t index, int64_t offset) {
  int64_t result = 0;
  if (!__builtin_add_overflow(index, offset, &result)) return result;
  return offset < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

}  // namespace

std::vector<ExpressionPtr> FrameEdges::row_keys() const {
  std::vector<ExpressionPtr> keys;
  for (const FrameBound* bound : {&frame_.start, &frame_.end})
    if (bound->value != nullptr) keys.push_back(bound->value);
  return keys;
}

std::vector<ExpressionPtr> FrameEdges::edge_keys() const {
  return frame_.value != nullptr ? std::vector<ExpressionPtr>{frame_.value} : std::vector<ExpressionPtr>();
}

void FrameEdges::set(const PartitionCursor& row) {
  if (frame_.rows) {
    start_.index = moved(row.index(), frame_.start.offset);
    end_.index = moved(moved(row.index(), frame_.end.offset), 1);
    return;
  }
  size_t expression = 0;
  set_range(frame_.start, row, expression, start_);
  set_range(frame_.end, row, expression, end_);
}

void FrameEdges::set_range(const FrameBound& bound, const PartitionCursor& row, size_t& expression, Edge& edge) {
  if (bound.kind == FrameBound::Kind::kCurrentRow) edge.values = row.values();
  if (!bound.is_offset()) return;
  edge.key = row.key(expression++);
  if (!is_null(edge.key)) return;
  // A frame that begins behind NULLs begins behind their bytes; one that ends in front of them ends before these.
  const bool is_start = &edge == &start_;
  if (is_start && bound.offset > 0) edge.key += '\xff';
  if (!is_start && bound.offset < 0) {
    edge.key.pop_back();
    if (!nulls_first_) edge.key += '\xfe';
  }
}

bool FrameEdges::before_start(const PartitionCursor& other) const {
  if (frame_.start.kind == FrameBound::Kind::kUnbounded) return false;
  if (frame_.rows) return other.index() < start_.index;
  return frame_.start.is_offset() ? other.key(0) < start_.key : other.values() < start_.values;
}

bool FrameEdges::before_end(const PartitionCursor& other) const {
  if (frame_.end.kind == FrameBound::Kind::kUnbounded) return true;
  if (frame_.rows) return other.index() < end_.index;
  return frame_.end.is_offset() ? other.key(0) <= end_.key : other.values() <= end_.values;
}

}  // namespace tidemill
