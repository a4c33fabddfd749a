// connectors/spi/column_condition.h - what a query asks of one column, told to its source. Rule: it is a hint: a source
// may leave out rows that do not satisfy it, and whoever asked looks at the others again.
#pragma once
#include <cstdint>
#include <string>

#include "data/value.h"

namespace tidemill {

enum class ColumnTest : uint8_t { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kIsNull, kIsNotNull };

// The column is on the left. NULL satisfies kIsNull alone.
struct ColumnCondition {
  int32_t column = 0;  // index into the physical columns of the table
  ColumnTest test = ColumnTest::kEqual;
  Value value;  // NULL for kIsNull and kIsNotNull; otherwise of the column's type, but for its length or nullability
  bool operator==(const ColumnCondition&) const = default;
};

}  // namespace tidemill
