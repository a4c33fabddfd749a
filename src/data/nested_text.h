// data/nested_text.h - ARRAY, MAP, MULTISET and ROW as text, in both forms of value_text.h. Rule: brackets, order and
// NULLs are Flink's; what stands inside is written by value_text.h.
#pragma once
#include <string>

#include "data/column.h"
#include "data/time_zone.h"

namespace tidemill {

// Appends the form of a printed row: [1, null], {a=1, b=2}, +I[1, a]. Entries of a MAP or MULTISET come in the order of
// a Java HashMap. Requires: a nested column, row not NULL.
void append_nested_row_text(std::string& out, const Column& column, int32_t row);

// Appends the form of CAST to STRING: [1, NULL], {b=1, a=2} in the order of insertion, (1, a). Requires: as above.
void append_nested_cast_text(std::string& out, const Column& column, int32_t row, const TimeZone& zone);

}  // namespace tidemill
