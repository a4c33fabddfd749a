#include "operators/updating_window_aggregate.h"

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "operators/rows_before_due.h"

namespace tidemill {
namespace {

constexpr std::string_view kShownField = "shown";
constexpr std::string_view kEndedField = "ended";
constexpr std::string_view kNextDelayField = "next_delay";  // 0: none
constexpr int32_t kDueAtOnce = 1024;

std::vector<Type> types_of_keys(const WindowAggregateSpec& spec) {
  std::vector<Type> types = leading_types(*spec.schema, spec.keys.size());
  types.push_back(Type::timestamp(3).not_null());
  return types;
}

std::vector<Type> types_of_results(const Aggregation& aggregation) {
  std::vector<Type> types;
  for (const ColumnBuilder& result : aggregation.make_result_builders()) types.push_back(result.type());
  return types;
}

}  // namespace

UpdatingWindowAggregate::UpdatingWindowAggregate(const WindowAggregateSpec& spec)
    : spec_(spec),
      key_types_(types_of_keys(spec)),
      aggregation_(spec.aggregates, {.input_retracts = spec.input_retracts, .by_key = true}),
      shown_values_(types_of_results(aggregation_)) {
  CHECK(spec.emit.updates());
}

void UpdatingWindowAggregate::open(OperatorContext& context) {
  context_ = &context;
  const WindowTime time(spec_.window, context.evaluation().time_zone);
  windows_.emplace(spec_.window, time);
  rows_.emplace(spec_.window, spec_.time_column, time);
  TableDescriptor descriptor;
  descriptor.name = "windows";
  descriptor.key_types = key_types_;
  descriptor.partition_columns = static_cast<int32_t>(spec_.keys.size());
  aggregation_.declare(descriptor);
  shown_values_.declare(descriptor);
  descriptor.fields.push_back(RecordField::flag(std::string(kShownField)));
  descriptor.fields.push_back(RecordField::flag(std::string(kEndedField)));
  descriptor.fields.push_back(RecordField::int64(std::string(kNextDelayField)));
  table_ = &context.state().record_table(descriptor);
  aggregation_.open(table_->layout(), context);
  shown_values_.open(table_->layout());
  shown_offset_ = table_->layout().offset(kShownField);
  ended_offset_ = table_->layout().offset(kEndedField);
  next_delay_offset_ = table_->layout().offset(kNextDelayField);
  const auto timers = [&](std::string name) {
    return &context.state().timers({std::move(name), key_types_, descriptor.partition_columns});
  };
  ends_ = timers("ends");
  forgotten_ = timers("forgotten");
  delays_ = timers("delays");
  keys_.emplace(table_->key_layout());
}

void UpdatingWindowAggregate::process(Batch input, int32_t, Output& output) {
  rows_->begin(input, *context_);
  const WindowedRows windowed = assign_windows(input.num_rows());
  rows_->report(*context_);
  if (windowed.rows.empty()) return;
  const Batch rows = input.take(windowed.rows);
  std::vector<ColumnPtr> key_columns = columns_at(rows, spec_.keys);
  ColumnBuilder ends(key_types_.back());
  for (const EpochMillis end : windowed.ends) ends.append(end);
  key_columns.push_back(ends.finish());
  keys_->assign(key_columns, rows.num_rows());
  aggregation_.begin(rows, key_columns);
  records_.resize(windowed.rows.size());
  created_.resize(windowed.rows.size());
  table_->upsert(*keys_, records_, created_);
  rounds_.assign(records_);
  for (int32_t round = 0; round < rounds_.num_rounds(); ++round) {
    const std::vector<int32_t> firing = add_round(rows, windowed, round);
    if (firing.empty()) continue;
    KeyBatch keys(table_->key_layout());
    std::vector<std::byte*> records;
    for (const int32_t row : firing) {
      keys.append((*keys_)[row]);
      records.push_back(records_[static_cast<size_t>(row)]);
    }
    emit_results(keys, records, output);
  }
  context_->state().release();
}

UpdatingWindowAggregate::WindowedRows UpdatingWindowAggregate::assign_windows(int32_t num_rows) {
  WindowedRows windowed;
  int64_t rows_used = 0, window_rows_late = 0;
  const WindowTime& time = windows_->time();
  for (int32_t row = 0; row < num_rows; ++row) {
    const EpochMillis first = windows_->slice_end(rows_->times()[static_cast<size_t>(row)]);
    const EpochMillis last = windows_->last_window_end(first);
    const EpochMillis watermark = rows_->watermark(row);
    int64_t taken = 0;
    for (EpochMillis end = last; end >= first; end -= windows_->step()) {  // the latest first, as Flink does
      if (time.fires_at(end) + spec_.emit.allowed_lateness_ms <= watermark) break;
      ++taken;
      windowed.rows.push_back(row);
      windowed.ends.push_back(end);
      windowed.past_end.push_back(time.fires_at(end) <= watermark ? 1 : 0);
    }
    if (taken == 0)
      rows_->drop(row, time.fires_at(last) + spec_.emit.allowed_lateness_ms, windows_->window_start(last), last);
    else
      ++rows_used;
    window_rows_late += windows_->count(first, last) - taken;
  }
  OperatorMetrics& metrics = context_->metrics();
  metrics.add(kRowsUsedCounter, rows_used);
  metrics.add(kWindowRowsUsedCounter, static_cast<int64_t>(windowed.rows.size()));
  metrics.add(kWindowRowsLateCounter, window_rows_late);
  return windowed;
}

int32_t UpdatingWindowAggregate::rows_before_firing(const Batch& input, int32_t first, int32_t) {
  if (spec_.window.processing_time) return input.num_rows() - first;
  rows_->begin(input, *context_);
  std::vector<EpochMillis> due;
  for (const EpochMillis time : rows_->times()) due.push_back(windows_->time().fires_at(windows_->slice_end(time)));
  EpochMillis next = ends_->next_time().value_or(kMaxWatermark);
  next = std::min(next, forgotten_->next_time().value_or(kMaxWatermark));
  context_->state().release();
  return rows_before_due(input, first, next, due);
}

std::vector<int32_t> UpdatingWindowAggregate::add_round(const Batch& rows, const WindowedRows& windowed,
                                                        int32_t round) {
  const std::span<const int32_t> added = rounds_.rows(round);
  aggregation_.update(*table_, *keys_, Selection::of(added, rows.num_rows()), records_);
  std::vector<int32_t> firing;
  for (const int32_t row : added) {
    const auto i = static_cast<size_t>(row);
    if (fires(row, windowed.ends[i], windowed.past_end[i] != 0)) firing.push_back(row);
  }
  return firing;
}

bool UpdatingWindowAggregate::fires(int32_t row, EpochMillis end, bool past_end) {
  const KeyRef key = (*keys_)[row];
  std::byte* const record = records_[static_cast<size_t>(row)];
  if (past_end) {
    forgotten_->add(key, windows_->time().fires_at(end) + spec_.emit.allowed_lateness_ms);
    const DurationMillis delay_ms = spec_.emit.late_delay_ms.value_or(0);
    if (delay_ms == 0 || !ended(record)) return true;
    set_delay(key, record, delay_ms);
    return false;
  }
  ends_->add(key, windows_->time().fires_at(end));
  if (!spec_.emit.early_delay_ms) return false;
  if (*spec_.emit.early_delay_ms == 0) return true;
  set_delay(key, record, *spec_.emit.early_delay_ms);
  return false;
}

void UpdatingWindowAggregate::set_delay(KeyRef key, std::byte* record, DurationMillis delay_ms) {
  EpochMillis& next = next_delay(record);
  if (next != 0) return;
  next = context_->processing_time() + delay_ms;
  delays_->add(key, next);
}

void UpdatingWindowAggregate::drop_delay(KeyRef key, std::byte* record) {
  EpochMillis& next = next_delay(record);
  if (next == 0) return;
  delays_->remove(key, next);
  next = 0;
}

void UpdatingWindowAggregate::on_watermark(EpochMillis watermark, Output& output) {
  if (spec_.window.processing_time) return;
  emit_in_steps(*context_, output,
                [this, watermark](Output& more) { return fire_ends(watermark, more) || forget_some(watermark); });
}

bool UpdatingWindowAggregate::fire_ends(EpochMillis progress, Output& output) {
  DueTimers due(ends_->key_layout());
  if (!ends_->pop_due(progress, kDueAtOnce, due)) return false;
  std::vector<std::byte*> records(static_cast<size_t>(due.size()));
  table_->find_for_update(due.keys, records);
  for (std::byte* record : records) {
    CHECK(record != nullptr);
    ended(record) = true;
  }
  emit_results(due.keys, records, output);
  for (int32_t i = 0; i < due.size(); ++i) {
    const KeyRef key = due.keys[i];
    std::byte* const record = records[static_cast<size_t>(i)];
    drop_delay(key, record);
    if (spec_.emit.allowed_lateness_ms == 0) {
      forget(key, record);
    } else {
      forgotten_->add(key, due.times[static_cast<size_t>(i)] + spec_.emit.allowed_lateness_ms);
    }
  }
  context_->state().release();
  return true;
}

bool UpdatingWindowAggregate::forget_some(EpochMillis watermark) {
  DueTimers due(forgotten_->key_layout());
  if (!forgotten_->pop_due(watermark, kDueAtOnce, due)) return false;
  for (int32_t i = 0; i < due.size(); ++i) {
    std::byte* const record = table_->find_for_update(due.keys[i]);
    CHECK(record != nullptr);
    drop_delay(due.keys[i], record);
    forget(due.keys[i], record);
  }
  context_->state().release();
  return true;
}

void UpdatingWindowAggregate::forget(KeyRef key, std::byte* record) {
  aggregation_.clear(*table_, key, record);
  table_->erase(key);
}

EpochMillis UpdatingWindowAggregate::next_processing_timer() const {
  EpochMillis next = delays_->next_time().value_or(kMaxWatermark);
  if (spec_.window.processing_time) next = std::min(next, ends_->next_time().value_or(kMaxWatermark));
  context_->state().release();
  return next;
}

void UpdatingWindowAggregate::on_processing_time(EpochMillis now, Output& output) {
  emit_in_steps(*context_, output, [this, now](Output& more) {
    if (spec_.window.processing_time && fire_ends(now, more)) return true;
    return fire_delays(now, more);
  });
}

bool UpdatingWindowAggregate::fire_delays(EpochMillis now, Output& output) {
  DueTimers due(delays_->key_layout());
  if (!delays_->pop_due(now, kDueAtOnce, due)) return false;
  std::vector<std::byte*> records(static_cast<size_t>(due.size()));
  table_->find_for_update(due.keys, records);
  emit_results(due.keys, records, output);
  for (int32_t i = 0; i < due.size(); ++i) {
    std::byte* const record = records[static_cast<size_t>(i)];
    const std::optional<DurationMillis>& delay_ms =
        ended(record) ? spec_.emit.late_delay_ms : spec_.emit.early_delay_ms;
    // Where the clock has jumped, results in between would all be this one.
    const EpochMillis time = due.times[static_cast<size_t>(i)];
    const DurationMillis step = std::max<DurationMillis>(delay_ms.value_or(1), 1);
    next_delay(record) = time + ((now - time) / step + 1) * step;
    delays_->add(due.keys[i], next_delay(record));
  }
  context_->state().release();
  return true;
}

EpochMillis UpdatingWindowAggregate::end_of(KeyRef key) const {
  EpochMillis end = 0;
  std::memcpy(&end, key.bytes + table_->key_layout()->offset(static_cast<int32_t>(spec_.keys.size())), sizeof(end));
  return end;
}

void UpdatingWindowAggregate::emit_results(const KeyBatch& keys, std::span<std::byte* const> records, Output& output) {
  std::vector<ColumnBuilder> current = aggregation_.make_result_builders();
  const std::vector<const std::byte*> read(records.begin(), records.end());
  aggregation_.append_results(*table_, read, current);
  std::vector<ColumnPtr> now_shown;
  for (ColumnBuilder& builder : current) now_shown.push_back(builder.finish());

  std::vector<ColumnBuilder> results = aggregation_.make_result_builders();
  std::vector<int32_t> windows;
  std::vector<RowKind> kinds;
  const auto add_before = [&](RowKind kind, int32_t i) {
    shown_values_.append(records[static_cast<size_t>(i)], table_->texts(), results);
    windows.push_back(i);
    kinds.push_back(kind);
  };
  const auto add_now = [&](RowKind kind, int32_t i) {
    for (size_t column = 0; column < results.size(); ++column) results[column].append_from(*now_shown[column], i);
    windows.push_back(i);
    kinds.push_back(kind);
    shown_values_.put(records[static_cast<size_t>(i)], table_->texts(), now_shown, i);
  };
  for (int32_t i = 0; i < keys.num_rows(); ++i) {
    std::byte* const record = records[static_cast<size_t>(i)];
    const bool was_shown = shown(record);
    const bool has_rows = !spec_.input_retracts || aggregation_.num_rows(record) > 0;
    if (!was_shown && has_rows) {
      add_now(RowKind::kInsert, i);
    } else if (was_shown && !has_rows) {
      add_before(RowKind::kDelete, i);
    } else if (was_shown && !shown_values_.equal(record, table_->texts(), now_shown, i)) {
      add_before(RowKind::kUpdateBefore, i);
      add_now(RowKind::kUpdateAfter, i);
    }
    shown(record) = has_rows;
  }
  if (windows.empty()) return;

  const std::vector<ColumnPtr> key_columns = decoded_keys(keys);
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < spec_.keys.size(); ++i) columns.push_back(key_columns[i]->take(windows));
  for (ColumnBuilder& result : results) columns.push_back(result.finish());
  for (size_t i = 0; i < spec_.properties.size(); ++i) {
    ColumnBuilder builder(spec_.schema->field(static_cast<int32_t>(columns.size())).type);
    for (const int32_t window : windows) {
      const EpochMillis end = end_of(keys[window]);
      if (spec_.properties[i] == WindowProperty::kStart) builder.append(windows_->window_start(end));
      if (spec_.properties[i] == WindowProperty::kEnd) builder.append(end);
      if (spec_.properties[i] == WindowProperty::kTime) builder.append(windows_->time().rowtime_of(end));
    }
    columns.push_back(builder.finish());
  }
  output.emit(Batch(spec_.schema, std::move(columns), static_cast<int32_t>(windows.size()), std::move(kinds)));
}

std::optional<NextFiring> UpdatingWindowAggregate::next_firing() const {
  const std::optional<EpochMillis> next = ends_->next_time();
  context_->state().release();
  if (!next) return std::nullopt;
  return NextFiring{*next + 1, *next, false, spec_.window.processing_time};
}

}  // namespace tidemill
