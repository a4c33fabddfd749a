#include "operators/appended_side.h"

#include <cstring>
#include <numeric>

#include "operators/join_side.h"
#include "operators/key_columns.h"

namespace tidemill {

AppendedSide::AppendedSide(const JoinSpec& spec, int32_t port, bool counts_matches)
    : port_(port),
      schema_(spec.inputs[static_cast<size_t>(port)]),
      key_columns_(spec.keys[static_cast<size_t>(port)]),
      null_safe_(spec.null_safe),
      counts_matches_(counts_matches),
      rows_(*schema_, key_columns_) {}

void AppendedSide::open(StateStore& state) {
  TableDescriptor descriptor;
  descriptor.name = kJoinTables[static_cast<size_t>(port_)];
  for (const int32_t key : key_columns_) descriptor.key_types.push_back(schema_->field(key).type);
  if (counts_matches_) descriptor.fields = {RecordField::int64(std::string(kMatchesField))};
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
  never_fitting_.clear();
  for (const int32_t row : rows)
    (fits_nothing_[static_cast<size_t>(row)] == 0 ? fitting_ : never_fitting_).push_back(row);
  rows_.begin(batch);
}

void AppendedSide::append(std::span<const int32_t> rows, std::span<const int64_t> matches) {
  CHECK_EQ(matches.size(), counts_matches_ ? rows.size() : 0);
  sizes_.resize(rows.size());
  new_rows_.resize(rows.size());
  rows_.sizes(rows, sizes_);
  table_->append(*keys_, rows, sizes_, new_rows_);
  places_.clear();
  for (const ListTable::NewRow& row : new_rows_) places_.push_back(row.bytes);
  rows_.write(rows, sizes_, places_);
  for (size_t i = 0; i < matches.size(); ++i) std::memcpy(new_rows_[i].record, &matches[i], sizeof(int64_t));
  table_->end_append();
}

int64_t AppendedSide::count_match(StateAddress record) {
  std::byte* const at = table_->record_at(record);
  int64_t matches;
  std::memcpy(&matches, at, sizeof(matches));
  const int64_t counted = matches + 1;
  std::memcpy(at, &counted, sizeof(counted));
  return matches;
}

}  // namespace tidemill
