// operators/kept_columns.h - columns as state keeps them where rows must come out exactly as they came. Rule: keys of
// state make -0.0 and 0.0 one, and all NaN; columns of kept types keep them apart.
#pragma once
#include "data/column.h"
#include "data/type.h"

namespace tidemill {

// Returns the type a column is kept as: integers of their bits for floats, otherwise itself.
Type kept_type(const Type& type);
// Returns the same bytes under the other of a type and its kept type.
ColumnPtr reinterpret_column(const ColumnPtr& column, const Type& type);

}  // namespace tidemill
