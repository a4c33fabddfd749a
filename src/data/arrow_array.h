// data/arrow_array.h - the buffers of columns as an ArrowArray (see arrow_export.h). Rule: every array owns what its
// buffers are in, whoever releases it first.
#pragma once
#include <span>

#include "data/arrow_c_data.h"
#include "data/column.h"

namespace tidemill {

// Fills a struct array of these columns. A dictionary column becomes a dictionary, a constant one is written out.
// Throws UserError as export_arrow does; `array` is then untouched. Requires: each column has `num_rows` rows.
void export_columns(std::span<const ColumnPtr> columns, int32_t num_rows, ArrowArray& array);

}  // namespace tidemill
