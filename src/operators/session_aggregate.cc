#include "operators/session_aggregate.h"

#include "operators/key_columns.h"

namespace tidemill {
namespace {

constexpr std::string_view kRowsLeftCounter = "numRecordsLeftInOpenWindows";

std::vector<Type> with_session(std::vector<Type> key_types) {
  key_types.push_back(Type::big_int().not_null());
  return key_types;
}

ColumnPtr big_int_column(const std::vector<int64_t>& values) {
  ColumnBuilder builder(Type::big_int().not_null());
  builder.reserve(static_cast<int32_t>(values.size()));
  for (const int64_t value : values) builder.append(value);
  return builder.finish();
}

}  // namespace

SessionAggregate::SessionAggregate(const WindowAggregateSpec& spec)
    : spec_(spec),
      key_types_(leading_types(*spec.schema, spec.keys.size())),
      record_key_types_(with_session(key_types_)),
      aggregation_(spec.aggregates,
                   {.input_retracts = spec.input_retracts, .counts_rows = spec.window.processing_time, .by_key = true}),
      results_(spec, record_key_types_) {}

void SessionAggregate::open(OperatorContext& context) {
  context_ = &context;
  time_.emplace(spec_.window, context.evaluation().time_zone);
  rows_.emplace(spec_.window, spec_.time_column, *time_);
  intervals_.emplace(spec_.window.size, *time_, key_types_, context.state());
  TableDescriptor descriptor;
  descriptor.name = "sessions";
  descriptor.key_types = record_key_types_;
  descriptor.partition_columns = static_cast<int32_t>(key_types_.size());
  aggregation_.declare(descriptor);
  table_ = &context.state().record_table(descriptor);
  aggregation_.open(table_->layout(), context);
  keys_.emplace(intervals_->key_layout());
  record_keys_.emplace(table_->key_layout());
  merge_keys_.emplace(table_->key_layout());
}

void SessionAggregate::restored() {
  intervals_->restored();
  release();
}

void SessionAggregate::release() {
  if (spec_.window.processing_time) next_clock_timer_ = intervals_->next_end();
  context_->state().release();
}

void SessionAggregate::process(Batch input, int32_t, Output&) {
  if (input.num_rows() == 0) return;
  const std::vector<ColumnPtr> key_columns = columns_at(input, spec_.keys);
  rows_->begin(input, *context_);
  keys_->assign(key_columns, input.num_rows());
  place_rows(input.num_rows());
  rows_->report(*context_);
  if (!rows_in_.empty()) add_rows(input, key_columns);
  release();
}

void SessionAggregate::place_rows(int32_t num_rows) {
  sessions_.assign(static_cast<size_t>(num_rows), 0);
  rows_in_.clear();
  merges_.clear();
  for (int32_t row = 0; row < num_rows; ++row) {
    const EpochMillis time = rows_->times()[static_cast<size_t>(row)];
    const SessionIntervals::Placement& placement = intervals_->place((*keys_)[row], time, rows_->watermark(row));
    if (placement.late) {
      rows_->drop(row, time_->fires_at(time + spec_.window.size));
      continue;
    }
    sessions_[static_cast<size_t>(row)] = placement.session;
    rows_in_.push_back(row);
    for (const int64_t absorbed : placement.absorbed) merges_.push_back({row, placement.session, absorbed});
  }
}

void SessionAggregate::assign_record_keys(KeyBatch& keys, const std::vector<ColumnPtr>& key_columns,
                                          const std::vector<int64_t>& sessions) {
  std::vector<ColumnPtr> columns = key_columns;
  columns.push_back(big_int_column(sessions));
  keys.assign(columns, static_cast<int32_t>(sessions.size()));
}

std::vector<std::byte*> SessionAggregate::find_merge_records(const std::vector<ColumnPtr>& key_columns) {
  if (merges_.empty()) return {};
  // The key of both records of each merge is that of the row that caused it.
  std::vector<int32_t> merge_rows;
  std::vector<int64_t> merge_sessions;
  for (const Merge& merge : merges_) {
    merge_rows.insert(merge_rows.end(), {merge.row, merge.row});
    merge_sessions.insert(merge_sessions.end(), {merge.into, merge.from});
  }
  std::vector<ColumnPtr> merge_columns;
  for (const ColumnPtr& column : key_columns) merge_columns.push_back(column->take(merge_rows));
  assign_record_keys(*merge_keys_, merge_columns, merge_sessions);
  std::vector<std::byte*> merge_records(merge_rows.size());
  table_->find_for_update(*merge_keys_, merge_records);
  return merge_records;
}

void SessionAggregate::add_rows(const Batch& input, const std::vector<ColumnPtr>& key_columns) {
  std::vector<ColumnPtr> record_key_columns = key_columns;
  record_key_columns.push_back(big_int_column(sessions_));
  record_keys_->assign(record_key_columns, input.num_rows());
  aggregation_.begin(input, record_key_columns);
  upserted_.resize(rows_in_.size());
  created_.resize(rows_in_.size());
  table_->upsert(*record_keys_, rows_in_, upserted_, created_);
  records_.assign(static_cast<size_t>(input.num_rows()), nullptr);
  for (size_t i = 0; i < rows_in_.size(); ++i) records_[static_cast<size_t>(rows_in_[i])] = upserted_[i];

  const std::vector<std::byte*> merge_records = find_merge_records(key_columns);
  const std::span<const int32_t> rows(rows_in_);
  size_t added = 0;
  for (size_t i = 0; i < merges_.size(); ++i) {
    // Rows up to the one that joined the sessions belong to the session they were placed in.
    const auto until = static_cast<size_t>(std::lower_bound(rows.begin(), rows.end(), merges_[i].row) - rows.begin());
    aggregation_.update(*table_, *record_keys_, Selection::of(rows.subspan(added, until - added), input.num_rows()),
                        records_);
    added = until;
    const auto into = static_cast<int32_t>(i * 2);
    std::byte* const from_record = merge_records[i * 2 + 1];
    CHECK(merge_records[i * 2] != nullptr && from_record != nullptr);
    aggregation_.merge_record(*table_, (*merge_keys_)[into], merge_records[i * 2], (*merge_keys_)[into + 1],
                              from_record);
    table_->erase((*merge_keys_)[into + 1]);
  }
  aggregation_.update(*table_, *record_keys_, Selection::of(rows.subspan(added), input.num_rows()), records_);
}

void SessionAggregate::on_watermark(EpochMillis watermark, Output& output) {
  if (!spec_.window.processing_time) fire_until(watermark, output);
}

void SessionAggregate::on_processing_time(EpochMillis now, Output& output) { fire_until(now, output); }

void SessionAggregate::fire_until(EpochMillis progress, Output& output) {
  std::vector<SessionIntervals::Due> due;
  while (intervals_->take_due(progress, due)) emit(due, output);
  results_.flush(output);
  release();
}

void SessionAggregate::emit(const std::vector<SessionIntervals::Due>& due, Output& output) {
  std::vector<ColumnBuilder> builders;
  for (const Type& type : key_types_) builders.emplace_back(type);
  intervals_->due_keys().decode(builders);
  std::vector<int32_t> key_rows;
  std::vector<int64_t> sessions;
  for (const SessionIntervals::Due& session : due) {
    key_rows.push_back(session.key);
    sessions.push_back(session.interval.session);
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish()->take(key_rows));
  assign_record_keys(*record_keys_, columns, sessions);
  std::vector<std::byte*> records(due.size());
  table_->find_for_update(*record_keys_, records);

  std::vector<const std::byte*> shown;
  std::vector<WindowBounds> windows;
  for (size_t i = 0; i < due.size(); ++i) {
    CHECK(records[i] != nullptr);
    if (spec_.input_retracts && aggregation_.num_rows(records[i]) == 0) continue;
    const SessionInterval& interval = due[i].interval;
    shown.push_back(records[i]);
    windows.push_back({interval.start, interval.end, time_->rowtime_of(interval.end)});
  }
  for (size_t first = 0; first < shown.size(); first += kBatchRowsTarget) {
    const size_t count = std::min<size_t>(kBatchRowsTarget, shown.size() - first);
    results_.append(aggregation_, *table_, std::span(shown).subspan(first, count),
                    std::span(windows).subspan(first, count), output);
  }
  for (size_t i = 0; i < due.size(); ++i)
    aggregation_.clear(*table_, (*record_keys_)[static_cast<int32_t>(i)], records[i]);
  table_->erase(*record_keys_);
}

void SessionAggregate::finish(Output&) {
  if (!spec_.window.processing_time) return;
  int64_t rows = 0;
  table_->scan([&](std::span<const std::byte* const> records) {
    for (const std::byte* record : records) rows += aggregation_.num_rows(record);
  });
  context_->metrics().add(kRowsLeftCounter, rows);
  release();
}

}  // namespace tidemill
