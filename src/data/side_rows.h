// data/side_rows.h - what a job leaves out of a table, as tables of its own: <table>$late, <table>$errors. Rule: one
// schema each, whatever operator or source gives the rows, so that all of them are one table.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/schema.h"

namespace tidemill {

enum class SideRows : uint8_t {
  kLate,    // rows that operators dropped as late: late_row_schema()
  kErrors,  // records that sources could not read: rejected_record_schema()
};

// Returns what stands behind the table's name: "$late", "$errors".
std::string_view suffix_of(SideRows side);
// Returns which of them `name` is the table of, and takes the suffix away; nullopt: it has none.
std::optional<SideRows> take_side_suffix(std::string& name);
SchemaPtr side_rows_schema(SideRows side);

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

// Places of the columns in rejected_record_schema().
enum class RejectedColumn : uint8_t {
  kSplit,        // STRING: where the record was read: a file, a partition
  kSplitOffset,  // BIGINT: its line, its offset
  kFormat,       // STRING: what read it: JSON, CSV …
  kColumnName,   // STRING: the column whose value is wrong; NULL: the record as a whole
  kError,        // STRING: what is wrong
  kRawKey,       // BYTES: of a message; NULL: it has no key, or it is no message
  kRawRecord,    // BYTES: the record, of a message its value; NULL: the value is null
};

SchemaPtr rejected_record_schema();

}  // namespace tidemill
