// expr/window_frame.h - which rows around a row its OVER looks at, for plans and operators alike. Rule: plain data; the
// start is never behind the end in the order of bounds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "data/over_frame.h"
#include "expr/expression.h"

namespace tidemill {

struct FrameBound {
  enum class Kind : uint8_t { kUnbounded, kCurrentRow, kOffset };
  Kind kind = Kind::kUnbounded;
  // kOffset: rows (ROWS), or milliseconds of an interval (RANGE of times); negative: PRECEDING. RANGE of numbers: only
  // the sign counts, and `text` is the number.
  int64_t offset = 0;
  std::string text = {};
  // RANGE, kOffset: the value at the bound, over the column of ORDER BY as column 0.
  ExpressionPtr value = nullptr;

  bool is_offset() const { return kind == Kind::kOffset; }
};

struct WindowFrame {
  bool rows = false;  // ROWS: counted; otherwise RANGE: by the values of ORDER BY, peers included
  FrameBound start;   // kUnbounded: with the first row
  FrameBound end{.kind = FrameBound::Kind::kCurrentRow};  // kUnbounded: with the last row
  // RANGE with an offset: the column of ORDER BY, as column 0, in the type of the bounds' values.
  ExpressionPtr value = nullptr;

  // True where every row's frame begins with the first row, and ends with the row or its peers.
  bool is_running() const {
    return start.kind == FrameBound::Kind::kUnbounded && end.kind == FrameBound::Kind::kCurrentRow;
  }
};

bool operator==(const FrameBound& a, const FrameBound& b);
bool operator==(const WindowFrame& a, const WindowFrame& b);

// Returns the frame as one of rows in the order of time, or nullopt where it is of another form.
std::optional<OverFrame> frame_by_time(const WindowFrame& frame);

}  // namespace tidemill
