#include "operators/key_columns.h"

namespace tidemill {

std::vector<ColumnPtr> columns_at(const Batch& batch, std::span<const int32_t> places) {
  std::vector<ColumnPtr> columns;
  columns.reserve(places.size());
  for (const int32_t place : places) columns.push_back(batch.column(place));
  return columns;
}

void mark_null_keys(std::span<const ColumnPtr> keys, const std::vector<bool>& null_safe, int32_t num_rows,
                    std::vector<uint8_t>& marks) {
  marks.assign(static_cast<size_t>(num_rows), 0);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (null_safe[i] || !keys[i]->may_have_nulls()) continue;
    for (int32_t row = 0; row < num_rows; ++row)
      if (keys[i]->is_null(row)) marks[static_cast<size_t>(row)] = 1;
  }
}

std::vector<ColumnPtr> decoded_keys(const KeyBatch& keys) {
  std::vector<ColumnBuilder> builders;
  for (const Type& type : keys.layout().types()) builders.emplace_back(type);
  keys.decode(builders);
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
  return columns;
}

std::vector<Type> leading_types(const Schema& schema, size_t count) {
  std::vector<Type> types;
  types.reserve(count);
  for (size_t i = 0; i < count; ++i) types.push_back(schema.field(static_cast<int32_t>(i)).type);
  return types;
}

}  // namespace tidemill
