// results/json_cell.h - nested values as JSON, for people and their tools. Rule: what is inside is written as it is
// outside: numbers and booleans bare, everything else as a string of its text.
#pragma once
#include <string>

#include "data/column.h"
#include "data/time_zone.h"

namespace tidemill {

// Tells whether cells of a type are JSON in JSON output; otherwise they are texts.
inline bool writes_json_cell(const Type& type) { return type.is_nested() || type.kind == TypeKind::kVariant; }

// Appends row `row`: of ARRAY [1,null], of ROW {"x":1}, of MAP and MULTISET {"a":1} with the texts of the keys,
// whatever their type, of VARIANT the JSON that it is. TIMESTAMP_LTZ in `zone`; bytes as x'41ff'; numbers that JSON has
// not (NaN) as strings.
void append_json_cell(std::string& out, const Column& column, int32_t row, const TimeZone& zone);

// Appends bytes as SQL writes them: x'41ff'.
void append_bytes_literal(std::string& out, std::string_view bytes);

}  // namespace tidemill
