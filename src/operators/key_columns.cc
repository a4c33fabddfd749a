#include "operators/key_columns.h"

namespace tidemill {

std::vector<ColumnPtr> columns_at(const Batch& batch, std::span<const int32_t> places) {
  std::vector<ColumnPtr> columns;
  columns.reserve(places.size());
  for (const int32_t place : places) columns.push_back(batch.column(place));
  return columns;
}

std::vector<Type> leading_types(const Schema& schema, size_t count) {
  std::vector<Type> types;
  types.reserve(count);
  for (size_t i = 0; i < count; ++i) types.push_back(schema.field(static_cast<int32_t>(i)).type);
  return types;
}

}  // namespace tidemill
