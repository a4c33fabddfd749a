// formats/parquet/parquet_filter.h - which row groups can have rows that a query wants. Rule: a row group is left out
// only where its statistics show that no row of it satisfies a condition.
#pragma once
#include <span>

#include "connectors/spi/column_condition.h"
#include "data/arrow_values.h"
#include "formats/parquet/parquet_library.h"

namespace tidemill {

// What a condition is over, in one file.
struct FilteredColumn {
  ColumnCondition condition;
  int32_t column = -1;  // of the file; -1: it does not have it, and all its values are NULL
  ArrowFormat format;   // of the file's
  Type type;            // of the table's
};

// `rows`: of the row group.
bool may_have_rows(const ParquetReader& reader, int32_t row_group, int64_t rows,
                   std::span<const FilteredColumn> conditions);

}  // namespace tidemill
