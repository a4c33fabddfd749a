#include "operators/sorted_runs.h"

#include "data/batch.h"
#include "operators/kept_columns.h"
#include "state/ordered_encoding.h"

namespace tidemill {
namespace {

constexpr int64_t kRowsReadAtOnce = 256;  // of a run

std::vector<Type> with_count(std::vector<Type> types) {
  types.push_back(Type::big_int());
  return types;
}

ColumnPtr counts_column(const std::vector<int64_t>& counts) {
  ColumnBuilder builder(Type::big_int());
  for (const int64_t count : counts) builder.append(count);
  return builder.finish();
}

}  // namespace

std::vector<std::string> RowSorting::sort_keys(const std::vector<ColumnPtr>& kept_columns, size_t num_rows) const {
  std::vector<std::string> texts(num_rows);
  for (const SortKey& key : keys_) {
    const auto index = static_cast<size_t>(key.column);
    const ColumnPtr column = reinterpret_column(kept_columns[index], types_[index]);
    for (size_t row = 0; row < num_rows; ++row)
      append_ordered(*column, static_cast<int32_t>(row), {key.descending, key.nulls_first}, texts[row]);
  }
  return texts;
}

SortedRuns::SortedRuns(std::vector<Type> kept_types, RowSorting order)
    : kept_types_(std::move(kept_types)), order_(std::move(order)), values_(with_count(kept_types_)) {}

void SortedRuns::open(StateStore& state) {
  state_ = &state;
  TableDescriptor descriptor;
  descriptor.name = "runs";
  descriptor.key_types = {Type::big_int().not_null()};
  descriptor.partition_columns = 0;
  values_.declare(descriptor);
  table_ = &state.ordered_table(descriptor, SubKeyKind::kTimeSequence);
  values_.open(table_->layout());
  run_key_.emplace(table_->key_layout());
}

void SortedRuns::choose_run(size_t run) {
  run_key_->assign(std::vector<ColumnPtr>{counts_column({static_cast<int64_t>(run)})}, 1);
}

void SortedRuns::add(const CountedRows& rows, std::span<const int32_t> sorted) {
  CHECK(!merging_);
  choose_run(cursors_.size());
  cursors_.emplace_back();
  std::vector<ColumnPtr> columns = rows.columns;
  columns.push_back(counts_column(rows.counts));
  int64_t place = 0;
  for (const int32_t row : sorted) {
    bool created = false;
    std::byte* const record = table_->upsert((*run_key_)[0], SubKey::of_time(place++, 0), created);
    values_.put(record, table_->texts(), columns, row);
    if (place % kRowsReadAtOnce == 0) state_->release();
  }
  state_->release();
}

void SortedRuns::refill(size_t run) {
  Cursor& cursor = cursors_[run];
  std::vector<ColumnBuilder> builders;
  for (const Type& type : values_.types()) builders.emplace_back(type);
  choose_run(run);
  int64_t rows = 0;
  table_->scan((*run_key_)[0], {SubKey::of_time(cursor.next_row, 0), std::nullopt}, ScanDirection::kForward,
               [&](const SubKey&, const std::byte* record) {
                 values_.append(record, table_->texts(), builders);
                 return ++rows < kRowsReadAtOnce;
               });
  cursor.next_row += rows;
  cursor.at = 0;
  cursor.rows = {};
  for (size_t i = 0; i < kept_types_.size(); ++i) cursor.rows.columns.push_back(builders[i].finish());
  const ColumnPtr counted = builders.back().finish();
  const auto counts = counted->decode<int64_t>();
  for (int32_t row = 0; row < static_cast<int32_t>(rows); ++row) cursor.rows.counts.push_back(counts[row]);
  cursor.sort_keys = order_.sort_keys(cursor.rows.columns, cursor.rows.counts.size());
  if (rows > 0) heads_.push({&cursor.sort_keys.front(), run});
  state_->release();
}

CountedRows SortedRuns::next() {
  if (!std::exchange(merging_, true))
    for (size_t run = 0; run < cursors_.size(); ++run) refill(run);
  std::vector<ColumnBuilder> builders;
  for (const Type& type : kept_types_) builders.emplace_back(type);
  CountedRows merged;
  while (!heads_.empty() && merged.counts.size() < static_cast<size_t>(kBatchRowsTarget)) {
    const size_t run = heads_.top().run;
    heads_.pop();
    Cursor& cursor = cursors_[run];
    for (size_t i = 0; i < builders.size(); ++i)
      builders[i].append_from(*cursor.rows.columns[i], static_cast<int32_t>(cursor.at));
    merged.counts.push_back(cursor.rows.counts[cursor.at]);
    if (++cursor.at < cursor.sort_keys.size())
      heads_.push({&cursor.sort_keys[cursor.at], run});
    else
      refill(run);
  }
  for (ColumnBuilder& builder : builders) merged.columns.push_back(builder.finish());
  if (merged.counts.empty()) {
    table_->clear();
    cursors_.clear();
    merging_ = false;
  }
  return merged;
}

}  // namespace tidemill
