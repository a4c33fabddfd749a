// data/column_bytes.h - a type and a column as bytes: parts of the byte form of events (event_bytes.h). Rule: the same
// values give the same bytes, whatever lies under a NULL or behind a view; an encoding is kept, not flattened.
#pragma once
#include "base/byte_stream.h"
#include "data/column.h"

namespace tidemill {

void write_type(const Type& type, ByteWriter& out);
// Throws what `in` throws where no such type exists.
Type read_type(ByteReader& in);

// The grammar is at the top of column_bytes.cc.
void write_column(const Column& column, ByteWriter& out);
// Reads a column of `num_rows` rows (at least 0); it owns its bytes. Throws what `in` throws where the bytes are no
// such column.
ColumnPtr read_column(int32_t num_rows, ByteReader& in);

}  // namespace tidemill
