#include "operators/match_rows.h"

#include <algorithm>

namespace tidemill {

std::vector<Type> MatchRows::with_time(std::vector<Type> types, bool timed) {
  if (timed) types.push_back(Type::big_int());
  return types;
}

void MatchRows::open(StateStore& state, const std::vector<Type>& key_types) {
  TableDescriptor rows;
  rows.name = "rows";
  rows.key_types = key_types;
  values_.declare(rows);
  table_ = &state.ordered_table(rows, SubKeyKind::kTimeSequence);
  values_.open(table_->layout());
}

int64_t MatchRows::next_number(KeyRef key) const {
  int64_t next = 0;
  table_->scan(key, SubKeyRange::all(), ScanDirection::kBackward, [&](const SubKey& last, const std::byte*) {
    next = last.time + 1;
    return false;
  });
  return next;
}

void MatchRows::append(const MatchPartition& partition, int64_t row, int32_t column, ColumnBuilder& values) const {
  if (row >= partition.first_new) {
    const auto place = static_cast<size_t>(row - partition.first_new);
    if (place >= partition.new_rows.size()) return values.append_null();
    return values.append_from(*batch_->column(column), partition.new_rows[place]);
  }
  const std::byte* const record = table_->find(partition.key, SubKey::of_time(row, 0));
  if (record == nullptr) return values.append_null();
  values_.append_one(record, table_->texts(), static_cast<size_t>(column), values);
}

EpochMillis MatchRows::time(const MatchPartition& partition, int64_t row) const {
  ColumnBuilder times(Type::big_int());
  append(partition, row, static_cast<int32_t>(types().size()) - 1, times);
  const ColumnPtr column = times.finish();
  CHECK(!column->is_null(0));
  return column->decode<int64_t>()[0];
}

void MatchRows::keep_from(const MatchPartition& partition, int64_t from) {
  if (from > 0 && partition.first_new > 0)
    table_->erase(partition.key, SubKeyRange{std::nullopt, SubKey::of_time(from, 0)});
  for (int64_t row = std::max(from, partition.first_new); row < partition.arrived(); ++row) {
    bool created = false;
    std::byte* const record = table_->upsert(partition.key, SubKey::of_time(row, 0), created);
    CHECK(created);
    values_.put(record, table_->texts(), batch_->columns(),
                partition.new_rows[static_cast<size_t>(row - partition.first_new)]);
  }
}

}  // namespace tidemill
