#include "operators/session_aggregate.h"

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "operators/session_keys.h"
#include "operators/state_names.h"

namespace tidemill {
SessionAggregate::SessionAggregate(const WindowAggregateSpec& spec)
    : spec_(spec),
      key_types_(leading_types(*spec.schema, spec.keys.size())),
      record_key_types_(session_key_types(key_types_)),
      aggregation_(spec.aggregates,
                   {.input_retracts = spec.input_retracts, .counts_rows = spec.window.processing_time, .by_key = true}),
      results_(spec, record_key_types_) {}

void SessionAggregate::open(OperatorContext& context) {
  context_ = &context;
  time_.emplace(spec_.window, context.evaluation().time_zone);
  rows_.emplace(spec_.window, spec_.time_column, *time_);
  placed_.emplace(spec_.window.size, *time_);
  intervals_.emplace(spec_.window.size, *time_, key_types_, context.state());
  TableDescriptor descriptor;
  descriptor.name = kSessionsTable;
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
  placed_->place(*intervals_, *keys_, *rows_);
  rows_->report(*context_);
  context_->metrics().add(kRowsUsedCounter, static_cast<int64_t>(placed_->rows().size()));
  if (!placed_->rows().empty()) add_rows(input, key_columns);
  release();
}

std::vector<std::byte*> SessionAggregate::find_merge_records(const std::vector<ColumnPtr>& key_columns) {
  if (placed_->merges().empty()) return {};
  placed_->assign_merge_keys(key_columns, *merge_keys_);
  std::vector<std::byte*> records(static_cast<size_t>(merge_keys_->num_rows()));
  table_->find_for_update(*merge_keys_, records);
  return records;
}

void SessionAggregate::add_rows(const Batch& input, const std::vector<ColumnPtr>& key_columns) {
  const std::vector<ColumnPtr> record_key_columns = session_key_columns(key_columns, placed_->sessions());
  record_keys_->assign(record_key_columns, input.num_rows());
  aggregation_.begin(input, record_key_columns);
  const std::span<const int32_t> rows = placed_->rows();
  upserted_.resize(rows.size());
  created_.resize(rows.size());
  table_->upsert(*record_keys_, rows, upserted_, created_);
  records_.assign(static_cast<size_t>(input.num_rows()), nullptr);
  for (size_t i = 0; i < rows.size(); ++i) records_[static_cast<size_t>(rows[i])] = upserted_[i];

  const std::vector<SessionRows::Merge>& merges = placed_->merges();
  const std::vector<std::byte*> merge_records = find_merge_records(key_columns);
  size_t added = 0;
  for (size_t i = 0; i < merges.size(); ++i) {
    // Rows up to the one that joined the sessions belong to the session they were placed in.
    const auto until = static_cast<size_t>(std::lower_bound(rows.begin(), rows.end(), merges[i].row) - rows.begin());
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
  emit_in_steps(*context_, output, [this, progress](Output& more) {
    std::vector<SessionIntervals::Due> due;
    const bool any = intervals_->take_due(progress, due);
    any ? emit(due, more) : results_.flush(more);
    release();
    return any;
  });
}

void SessionAggregate::emit(const std::vector<SessionIntervals::Due>& due, Output& output) {
  assign_due_keys(*intervals_, due, *record_keys_);
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
