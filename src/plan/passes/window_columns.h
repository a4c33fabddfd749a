// plan/passes/window_columns.h - which output columns tell a row's window. Rule: only columns passed on as they are
// count; an expression of one is an ordinary column.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "data/window.h"
#include "plan/plan_node.h"

namespace tidemill {

// Output columns by index; -1: not there.
struct WindowColumns {
  int32_t start = -1, end = -1, time = -1;

  bool contains(int32_t column) const { return column >= 0 && (column == start || column == end || column == time); }
  // Returns which of the three `column` is, or nullopt.
  std::optional<WindowProperty> property_of(int32_t column) const;
};

// Returns the window columns of the node's output, all -1 where its rows have no windows. They come from window
// functions and window aggregates, and pass filters and projections.
WindowColumns window_columns(const PlanNode& node);

// True where `keys` hold the start and the end: what is grouped by them is grouped by window.
bool group_by_window(const WindowColumns& columns, const std::vector<int32_t>& keys);

}  // namespace tidemill
