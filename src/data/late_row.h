// data/late_row.h - the columns of the rows that operators dropped as late: what <table>$late has. Rule: the same
// whatever the operator, so that the rows of all operators are one table.
#pragma once
#include "data/schema.h"

namespace tidemill {

// A table name with this at its end means the late rows of that table.
inline constexpr std::string_view kLateSuffix = "$late";

// Places of the columns in late_row_schema().
enum class LateColumn : uint8_t {
  kOperator,     // STRING: the operator's stable identity, as in metrics and checkpoints
  kReason,       // STRING: window_closed, was_idle, behind_watermark, behind_partition …
  kRowKind,      // STRING: +I, -U, +U, -D
  kRowTime,      // TIMESTAMP(3): what the row was judged by; of a row that has only its window, the window's last
                 // millisecond
  kWatermark,    // TIMESTAMP(3): what it was judged against; its own split's, unless late-rows = MERGED
  kLateMillis,   // BIGINT: watermark - row time
  kWindowStart,  // TIMESTAMP(3): of the last window that could have taken the row; NULL: not known, or no window
  kWindowEnd,
  kSplit,        // STRING: where the row was read; NULL: an operator made it
  kSplitOffset,  // BIGINT
  kInputRow,     // MAP<STRING, STRING>: the operator's input row, each value as CAST to STRING gives it
};

SchemaPtr late_row_schema();

}  // namespace tidemill
