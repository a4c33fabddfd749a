// functions/aggregates/column_loops.h - the one loop over an argument column. Rule: NULLs never reach the body.
#pragma once
#include "data/column.h"
#include "expr/selection.h"

namespace tidemill {

// Calls body(row, value) for each selected row whose value is not NULL. T is the physical type of the column.
template <class T, class Body>
void for_each_value(const Column& argument, const Selection& rows, Body&& body) {
  const Decoded<T> values = argument.decode<T>();
  if (values.is_flat() && !values.has_nulls()) {
    const T* flat = values.values();
    rows.for_each([&](int32_t row) { body(row, flat[row]); });
    return;
  }
  rows.for_each([&](int32_t row) {
    if (!values.is_null(row)) body(row, values[row]);
  });
}

}  // namespace tidemill
