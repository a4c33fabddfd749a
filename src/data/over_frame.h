// data/over_frame.h - which rows before a row its OVER looks at, for plans and operators alike. Rule: plain data; the
// frame ends with the row itself, and where it is by RANGE with all rows of its time.
#pragma once
#include <cstdint>
#include <optional>

namespace tidemill {

struct OverFrame {
  bool rows = false;                 // ROWS: counted; otherwise RANGE: by time
  std::optional<int64_t> preceding;  // rows, or milliseconds (the last included); none: UNBOUNDED
  bool operator==(const OverFrame&) const = default;
};

}  // namespace tidemill
