// data/pretty.h - schemas and batches as text, for tests and for samples in reports. Rule: what to_pretty writes,
// parse_batch reads back; this is not SQL's text form (expr/cast.h).
//
//   row   := [kind '|'] cell {'|' cell}     kind: +I -U +U -D, a space inside allowed ("+ I"); none: +I
//   cell  := NULL | 'quoted, with '' for a quote' | bare text without '|'
//
// By type: TRUE, FALSE; 12; 1.50; 1e3, NaN, Infinity; text as it is; binary as x'00ff'; DATE 2024-01-31; TIME
// 12:30:00.5; TIMESTAMP and TIMESTAMP_LTZ (read as UTC) 2024-01-31 12:30:00.5, or T5000 for 5,000 ms since the epoch;
// intervals as a number of months or milliseconds. ARRAY, MAP, MULTISET and ROW are written as CAST to STRING writes
// them, and not read.
#pragma once
#include <string>
#include <string_view>

#include "data/batch.h"
#include "data/value.h"

namespace tidemill {

// Makes a schema from "k STRING NOT NULL, n BIGINT, ts TIMESTAMP(3) *ROWTIME*". Throws UserError for anything else.
SchemaPtr parse_schema(std::string_view text);

// Makes a value from one cell. Throws UserError naming the cell and the type.
Value parse_cell(std::string_view cell, const Type& type);
// Makes a batch, one row a line; empty lines are left out. Throws UserError naming the line.
Batch parse_batch(const SchemaPtr& schema, std::string_view text);

std::string to_pretty(const Value& value);
// Returns "+I | a | 1".
std::string row_to_pretty(const Batch& batch, int32_t row);
// Returns one line a row, each ended by a line break.
std::string to_pretty(const Batch& batch);

}  // namespace tidemill
