#include "operators/side_rows.h"

#include "operators/joined_rows.h"
#include "operators/key_columns.h"

namespace tidemill {

void SideRows::add(std::string_view sub_key, int32_t key) {
  side_->read_row(sub_key, builders_);
  keys_.push_back(key);
}

Batch SideRows::finish(const KeyBatch& keys) {
  const std::vector<ColumnPtr> key_columns = decoded_keys(keys);
  const std::vector<ColumnPtr> stored = side_->rows().finish(builders_);
  std::vector<ColumnPtr> columns;
  for (const StoredRows::Source& source : side_->rows().sources()) {
    const auto index = static_cast<size_t>(source.index);
    columns.push_back(source.stored ? stored[index] : key_columns[index]->take(keys_));
  }
  Batch rows(side_->schema(), std::move(columns), size());
  keys_.clear();
  return rows;
}

Batch standing_alone(const JoinSpec& spec, int32_t port, const Batch& rows) {
  std::vector<ColumnPtr> nulls;
  if (!left_only(spec.type)) {
    for (const Field& field : spec.inputs[static_cast<size_t>(1 - port)]->fields())
      nulls.push_back(Column::all_null(field.type, rows.num_rows()));
  }
  return Batch(spec.schema, in_order(port, rows.columns(), std::move(nulls)), rows.num_rows());
}

}  // namespace tidemill
