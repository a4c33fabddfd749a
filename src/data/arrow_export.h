// data/arrow_export.h - a batch as Arrow, for Python, DuckDB and whatever reads Arrow's C data interface. Rule: what is
// exported keeps the batch's buffers alive until it is released, on any thread; nothing is copied that Arrow lays out
// alike.
//
// A batch is a struct array. By type: NULL n; BOOLEAN b (bits); TINYINT … BIGINT c s i l; FLOAT, DOUBLE f g;
// DECIMAL(p, s) d:p,s; CHAR, VARCHAR vu, BINARY, VARBINARY vz (views: their long bytes are shared); DATE tdD;
// TIME(p) ttm; TIMESTAMP(0-3) tsm:, (4-6) tsu:, (7-9) tsn:; TIMESTAMP_LTZ the same with zone UTC; INTERVAL YEAR TO
// MONTH tiM (months); INTERVAL DAY TO SECOND tDm (milliseconds); ARRAY +l; MAP +m; MULTISET +m of its elements and how
// often each is in it; ROW +s: what is nested is copied. Each field has metadata "sql_type", its SQL type.
#pragma once
#include "data/arrow_c_data.h"
#include "data/batch.h"

namespace tidemill {

struct ArrowExportOptions {
  // Dictionary columns stay dictionaries (indices i). Their field's schema then differs from that of a flat batch.
  bool keep_dictionaries = false;
  // A first field "op" (utf8 view: +I, -U, +U, -D) tells the kind of each row.
  bool row_kinds = false;
};

// Fills both for this batch; each is released by itself. Requires: the batch is append-only or row_kinds is set.
// Throws UserError where a TIMESTAMP(7-9) is outside 1677-09-21 to 2262-04-11, which is what Arrow's nanoseconds reach;
// `schema` and `array` are then untouched.
void export_arrow(const Batch& batch, const ArrowExportOptions& options, ArrowSchema& schema, ArrowArray& array);

}  // namespace tidemill
