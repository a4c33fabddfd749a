#include "formats/parquet/parquet_filter.h"

#include <algorithm>

namespace tidemill {
namespace {

bool is_unsigned(ArrowLayout layout) {
  return layout == ArrowLayout::kUint8 || layout == ArrowLayout::kUint16 || layout == ArrowLayout::kUint32 ||
         layout == ArrowLayout::kUint64;
}

// Returns a number of the statistics as the column's type has it.
int128 in_type(int64_t number, const FilteredColumn& column) {
  ArrowValues values;
  values.format = column.format;
  values.type = column.type;
  const int32_t narrow = static_cast<int32_t>(number);
  const bool is_wide = column.format.layout != ArrowLayout::kInt32 && column.format.layout != ArrowLayout::kDecimal32;
  const void* buffers[] = {nullptr, is_wide ? static_cast<const void*>(&number) : &narrow};
  ArrowArray array{};
  array.length = 1;
  array.n_buffers = 2;
  array.buffers = buffers;
  if (column.type.is_timestamp()) return values.timestamp(array, 0);
  if (column.type.kind == TypeKind::kDate || column.type.kind == TypeKind::kTime) return values.time_or_date(array, 0);
  if (column.type.kind != TypeKind::kDecimal) return number;
  int128 scaled = number;
  for (int32_t scale = column.format.type.scale; scale < column.type.scale; ++scale) scaled *= 10;
  return scaled;
}

// Tells whether a value between both may satisfy the test.
template <class T>
bool may_satisfy(ColumnTest test, const T& min, const T& max, const T& value) {
  switch (test) {
    case ColumnTest::kEqual:
      return min <= value && value <= max;
    case ColumnTest::kLess:
      return min < value;
    case ColumnTest::kLessOrEqual:
      return min <= value;
    case ColumnTest::kGreater:
      return max > value;
    case ColumnTest::kGreaterOrEqual:
      return max >= value;
    default:
      return true;
  }
}

// Floating-point numbers are left alone: statistics pass over NaN.
bool may_satisfy(const FilteredColumn& column, const ParquetRange& range) {
  const ColumnCondition& condition = column.condition;
  if (range.kind == ParquetRange::Kind::kIntegers && !is_unsigned(column.format.layout) &&
      column.type.physical() != PhysicalType::kText)
    return may_satisfy(condition.test, in_type(range.integer_min, column), in_type(range.integer_max, column),
                       condition.value.as_integer());
  if (range.kind == ParquetRange::Kind::kBytes && column.type.kind == TypeKind::kVarchar)
    return may_satisfy(condition.test, range.bytes_min, range.bytes_max, condition.value.text());
  return true;
}

}  // namespace

bool may_have_rows(const ParquetReader& reader, int32_t row_group, int64_t rows,
                   std::span<const FilteredColumn> conditions) {
  return std::ranges::all_of(conditions, [&](const FilteredColumn& column) {
    const ColumnTest test = column.condition.test;
    if (column.column < 0) return test == ColumnTest::kIsNull;
    const ParquetRange range = reader.range(row_group, column.column);
    if (test == ColumnTest::kIsNull) return range.nulls != 0;
    if (range.nulls == rows) return false;
    return test == ColumnTest::kIsNotNull || may_satisfy(column, range);
  });
}

}  // namespace tidemill
