// functions/row_field.h - the field of a ROW by its number. Rule: no value is taken apart further than to that field,
// and texts are not copied: they stay in the buffers of the rows.
#pragma once
#include "expr/scalar_function.h"

namespace tidemill {

// Returns the kernel of row.field; its result is NULL where the row is. Requires: index counts from 0, and `row` has
// it.
ScalarFunctionPtr make_row_field_kernel(const Type& row, size_t index);

}  // namespace tidemill
