#include "operators/appended_side.h"

#include <numeric>

#include "operators/join_side.h"
#include "operators/key_columns.h"

namespace tidemill {

AppendedSide::AppendedSide(const JoinSpec& spec, int32_t port)
    : port_(port),
      schema_(spec.inputs[static_cast<size_t>(port)]),
      key_columns_(spec.keys[static_cast<size_t>(port)]),
      null_safe_(spec.null_safe),
      rows_(*schema_, key_columns_) {}

void AppendedSide::open(StateStore& state) {
  TableDescriptor descriptor;
  descriptor.name = kJoinTables[static_cast<size_t>(port_)];
  for (const int32_t key : key_columns_) descriptor.key_types.push_back(schema_->field(key).type);
  table_ = &state.list_table(descriptor);
  keys_.emplace(table_->key_layout());
}

void AppendedSide::begin(const Batch& batch) {
  all_.resize(static_cast<size_t>(batch.num_rows()));
  std::iota(all_.begin(), all_.end(), 0);
  begin(batch, all_);
}

void AppendedSide::begin(const Batch& batch, std::span<const int32_t> rows) {
  const std::vector<ColumnPtr> columns = columns_at(batch, key_columns_);
  keys_->assign(columns, batch.num_rows());
  mark_null_keys(columns, null_safe_, batch.num_rows(), fits_nothing_);
  fitting_.clear();
  for (const int32_t row : rows)
    if (fits_nothing_[static_cast<size_t>(row)] == 0) fitting_.push_back(row);
}

void AppendedSide::append(const Batch& batch) {
  sizes_.resize(fitting_.size());
  places_.resize(fitting_.size());
  rows_.begin(batch);
  rows_.sizes(fitting_, sizes_);
  table_->append(*keys_, fitting_, sizes_, places_);
  rows_.write(fitting_, sizes_, places_);
  table_->end_append();
  rows_.end();
}

}  // namespace tidemill
