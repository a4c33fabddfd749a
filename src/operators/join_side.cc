#include "operators/join_side.h"

#include "operators/key_columns.h"
#include "state/list_table.h"

namespace tidemill {

std::vector<Field> stored_fields(const JoinSpec& spec, size_t port) {
  const Schema& schema = *spec.inputs[port];
  const StoredRows rows(schema, spec.keys[port]);
  std::vector<Field> fields;
  for (int32_t column = 0; column < schema.size(); ++column)
    if (rows.sources()[static_cast<size_t>(column)].stored) fields.push_back(schema.field(column));
  return fields;
}

JoinSide::JoinSide(const JoinSpec& spec, int32_t port, bool counts_matches, bool by_time,
                   DurationMillis time_to_live_ms)
    : name_(kJoinTables[static_cast<size_t>(port)]),
      schema_(spec.inputs[static_cast<size_t>(port)]),
      keys_(spec.keys[static_cast<size_t>(port)]),
      null_safe_(spec.null_safe),
      counts_matches_(counts_matches),
      by_time_(by_time),
      time_to_live_(time_to_live_ms),
      rows_(*schema_, keys_) {}

void JoinSide::open(StateStore& state) {
  TableDescriptor descriptor;
  descriptor.name = name_;
  for (const int32_t key : keys_) descriptor.key_types.push_back(schema_->field(key).type);
  descriptor.fields = {RecordField::int64(std::string(kCopiesField))};
  if (counts_matches_) descriptor.fields.push_back(RecordField::int64(std::string(kMatchesField)));
  time_to_live_.declare(descriptor);
  table_ = &state.ordered_table(descriptor, SubKeyKind::kBytes);
  count_offset_ = table_->layout().offset(kCopiesField);
  if (counts_matches_) matches_offset_ = table_->layout().offset(kMatchesField);
  if (time_to_live_.enabled()) time_to_live_.open(*table_);
  key_batch_.emplace(table_->key_layout());
}

void JoinSide::begin(const Batch& batch, std::span<const EpochMillis> times) {
  const std::vector<ColumnPtr> columns = columns_at(batch, keys_);
  key_batch_->assign(columns, batch.num_rows());
  rows_.begin(batch);
  times_.assign(times.begin(), times.end());
  CHECK_EQ(times_.size(), by_time_ ? static_cast<size_t>(batch.num_rows()) : 0);
  mark_null_keys(columns, null_safe_, batch.num_rows(), fits_nothing_);
}

SubKey JoinSide::sub_key(int32_t row) {
  bytes_ = by_time_ ? time_prefix(time(row)) : std::string();
  rows_.append(row, bytes_);
  return SubKey::of_bytes(bytes_);
}

std::string JoinSide::time_prefix(EpochMillis time) {
  std::string prefix;
  append_ordered_integer(time, prefix);
  return prefix;
}

EpochMillis JoinSide::time_of(std::string_view sub_key) { return ordered_integer(sub_key); }

std::vector<ColumnPtr> JoinSide::read_rows(std::span<std::string_view> sub_keys) const {
  if (by_time_)
    for (std::string_view& sub_key : sub_keys) sub_key.remove_prefix(kOrderedIntegerBytes);
  const std::vector<uint8_t> all(rows_.num_stored(), 1);
  std::vector<ColumnPtr> columns(rows_.num_stored());
  rows_.read(sub_keys, all, columns);
  return columns;
}

std::byte* JoinSide::upsert(int32_t row) {
  bool created = false;
  return table_->upsert(key(row), sub_key(row), created);
}

std::byte* JoinSide::find(int32_t row) { return table_->find_for_update(key(row), sub_key(row)); }

void JoinSide::touch(std::byte* record, EpochMillis now) const {
  if (!time_to_live_.enabled()) return;
  if (time_to_live_.expired(record, now)) {
    count(record) = 0;
    if (counts_matches_) matches(record) = 0;
  }
  time_to_live_.written(record, now);
}

void JoinSide::sweep(EpochMillis now) {
  if (time_to_live_.enabled() && time_to_live_.next_sweep() <= now) time_to_live_.sweep(now);
}

void JoinSide::erase_if_gone(int32_t row) {
  const SubKey gone = sub_key(row);
  const std::byte* const record = table_->find(key(row), gone);
  if (record != nullptr && count(record) == 0) table_->erase(key(row), gone);
}

}  // namespace tidemill
