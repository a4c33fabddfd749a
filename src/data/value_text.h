// data/value_text.h - the two text forms of a value. Rule: row text is for people and sinks that print rows; cast text
// is what CAST(x AS STRING) yields. They differ for booleans, bytes, decimals below 10^-6, times and intervals.
#pragma once
#include <cstdint>
#include <string>

#include "data/batch.h"
#include "data/column.h"
#include "data/time_zone.h"

namespace tidemill {

// Appends a value as it stands in a printed row (Flink's print sink and table results, which print Java objects): null,
// true, 1.50, 1E-7, 1.0E10, abc, [0, -1], 2020-04-15, 08:05, 2020-04-15T08:05, 2020-04-15T08:05:00Z, PT24H, P14M,
// [1, null], {a=1}, +I[1, a].
void append_row_text(std::string& out, const Column& column, int32_t row);
// Appends "+I[1, a]": the kind and the row text of each column.
void append_row_text(std::string& out, const Batch& batch, int32_t row);

// Appends a value as CAST to STRING gives it: TRUE, 1.50, 0.0000001, 1.0E10, abc, the bytes as they are,
// 2020-04-15 08:05:00.000, +1 00:00:00.000, +1-02, [1, NULL], {a=1}, (1, a). An instant is read in `zone`. Requires:
// not NULL.
void append_cast_text(std::string& out, const Column& column, int32_t row, const TimeZone& zone);

// Appends bytes with whatever is not UTF-8 replaced by U+FFFD, so that the text is safe to print.
void append_valid_utf8(std::string& out, std::string_view bytes);

}  // namespace tidemill
