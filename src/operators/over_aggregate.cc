#include "operators/over_aggregate.h"

#include <algorithm>

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "operators/row_watermark.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "over.next_arrival";
constexpr std::string_view kFiredField = "fired";
constexpr std::string_view kFiredAtField = "fired at";
constexpr std::string_view kForgetAtField = "forget at";
constexpr std::string_view kBehindPartition = "later_row_came_out";

std::vector<Type> input_types(const OverAggregateSpec& spec) {
  return leading_types(*spec.schema, static_cast<size_t>(spec.schema->size()) - spec.aggregates.size());
}

EpochMillis& time_at(std::byte* record, uint32_t offset) { return *reinterpret_cast<EpochMillis*>(record + offset); }

}  // namespace

OverAggregate::OverAggregate(const OverAggregateSpec& spec)
    : spec_(spec),
      waiting_(input_types(spec), {SortKey{spec.time_column}}, kArrivalScalar),
      frames_(spec),
      time_to_live_(spec.frame.preceding && !spec.frame.rows ? 0 : spec.state_ttl_ms) {
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
}

void OverAggregate::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor partitions;
  partitions.name = "partitions";
  partitions.key_types = key_types_;
  const bool judges_by_partition = bounded() && !spec_.processing_time;
  if (judges_by_partition) {
    partitions.fields.push_back(RecordField::flag(std::string(kFiredField)));
    partitions.fields.push_back(RecordField::int64(std::string(kFiredAtField)));
  }
  if (forgets_by_time()) partitions.fields.push_back(RecordField::int64(std::string(kForgetAtField)));
  frames_.declare(partitions);
  time_to_live_.declare(partitions);
  table_ = &context.state().record_table(partitions);
  frames_.open(*table_, context);
  if (judges_by_partition) {
    fired_offset_ = table_->layout().offset(kFiredField);
    fired_at_offset_ = table_->layout().offset(kFiredAtField);
  }
  if (forgets_by_time()) {
    forget_at_offset_ = table_->layout().offset(kForgetAtField);
    forget_ = &context.state().timers({"forget", key_types_});
  }
  if (time_to_live_.enabled()) time_to_live_.open(*table_);
  keys_.emplace(table_->key_layout());
  if (spec_.processing_time) return;
  waiting_.open(context.state(), key_types_);
  const WindowDefinition by_event_time;
  times_.emplace(by_event_time, spec_.time_column, WindowTime(by_event_time, context_->evaluation().time_zone));
}

void OverAggregate::restored() { release(); }

void OverAggregate::release() {
  if (spec_.processing_time && forget_ != nullptr) next_forget_ = forget_->next_time().value_or(kMaxWatermark);
  context_->state().release();
}

void OverAggregate::process(Batch input, int32_t, Output& output) {
  CHECK_MSG(input.append_only(), "OVER was given rows that are taken back");
  keys_->assign(columns_at(input, spec_.keys), input.num_rows());
  if (spec_.processing_time) {
    pass(input, output);
  } else {
    keep(input);
  }
  release();
}

void OverAggregate::touch(KeyRef key, std::byte* record, EpochMillis time) {
  if (forget_ == nullptr) return;
  const DurationMillis interval = *spec_.frame.preceding;
  EpochMillis& forget_at = time_at(record, forget_at_offset_);
  if (time > kMaxWatermark - 2 * std::min(interval, kMaxWatermark / 4) - 2) return;  // the end of time
  if (forget_at != 0 && forget_at >= time + interval + 1) return;
  forget_at = time + interval + interval / 2 + 1;
  forget_->add(key, forget_at);
}

void OverAggregate::renew_expired(KeyRef key, std::byte* record) {
  if (!time_to_live_.enabled()) return;
  const EpochMillis now = context_->processing_time();
  const bool waits = !spec_.processing_time && waiting_.has_rows(key);
  if (!waits && time_to_live_.expired(record, now)) {
    frames_.clear(key, record);
    if (bounded() && !spec_.processing_time) record[fired_offset_] = std::byte{0};
  }
  time_to_live_.written({&record, 1}, now);
}

void OverAggregate::pass(const Batch& input, Output& output) {
  const auto num_rows = static_cast<size_t>(input.num_rows());
  records_.resize(num_rows);
  created_.resize(num_rows);
  table_->upsert(*keys_, records_, created_);
  const EpochMillis now = context_->processing_time();
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    renew_expired((*keys_)[row], records_[static_cast<size_t>(row)]);
    touch((*keys_)[row], records_[static_cast<size_t>(row)], now);
  }
  const std::vector<EpochMillis> times(num_rows, now);
  std::vector<ColumnPtr> columns = input.columns();
  for (ColumnPtr& result : frames_.take({input, *keys_, records_, times, false})) columns.push_back(std::move(result));
  context_->metrics().add(kRowsUsedCounter, input.num_rows());
  output.emit(input.with_columns(spec_.schema, std::move(columns)));
}

bool OverAggregate::is_late(const Batch& input, int32_t row, EpochMillis time, const std::byte* record) const {
  if (bounded() && record[fired_offset_] == std::byte{0}) return false;  // nothing of the partition has come out
  return time <= late_against(input, row, record);
}

EpochMillis OverAggregate::late_against(const Batch& input, int32_t row, const std::byte* record) const {
  return bounded() ? *reinterpret_cast<const EpochMillis*>(record + fired_at_offset_)
                   : row_watermark(input, row, *context_);
}

void OverAggregate::keep(const Batch& input) {
  waiting_.begin(input);
  times_->begin(input, *context_);
  const bool has_record = bounded() || time_to_live_.enabled();
  if (has_record) {
    records_.resize(static_cast<size_t>(input.num_rows()));
    created_.resize(records_.size());
    table_->upsert(*keys_, records_, created_);
  }
  std::vector<LateRow> late;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const EpochMillis time = times_->times()[static_cast<size_t>(row)];
    const KeyRef key = (*keys_)[row];
    std::byte* const record = has_record ? records_[static_cast<size_t>(row)] : nullptr;
    if (record != nullptr) renew_expired(key, record);
    if (is_late(input, row, time, record)) {
      late.push_back({row, time, late_against(input, row, record)});
      continue;
    }
    if (record != nullptr) touch(key, record, time);
    waiting_.add(key, row, time);
  }
  waiting_.finish();
  account_rows(*context_, input, late, bounded() ? kBehindPartition : kWatermarkPassed);
}

// A row that is ahead of its watermark is taken whatever has come out. Before any other one, what is due at its
// watermark must have come out, and the row itself must not with the same one; and so where partitions are to be
// forgotten.
int32_t OverAggregate::rows_before_firing(const Batch& input, int32_t first, int32_t) {
  const int32_t left = input.num_rows() - first;
  if (!bounded() || spec_.processing_time || !input.progress().watermarks) return left;
  const Decoded<int64_t> times = input.column(spec_.time_column)->decode<int64_t>();
  const EpochMillis begun = input.progress().merged_at(first);
  EpochMillis next_forget = forget_ != nullptr ? forget_->next_time().value_or(kMaxWatermark) : kMaxWatermark;
  for (int32_t row = first; row < input.num_rows(); ++row) {
    const EpochMillis merged = input.progress().merged_at(row);
    const EpochMillis time = times.is_null(row) ? merged : times[row];
    if (merged > begun && (time <= merged || next_forget <= merged)) return row - first;
    if (forget_ != nullptr && time < kMaxWatermark - *spec_.frame.preceding)
      next_forget = std::min(next_forget, time + *spec_.frame.preceding + 1);
  }
  return left;
}

void OverAggregate::on_watermark(EpochMillis watermark, Output& output) {
  if (spec_.processing_time) return;
  emit_in_steps(*context_, output, [this, watermark](Output& more) { return fire_some(watermark, more); });
}

bool OverAggregate::fire_some(EpochMillis watermark, Output& output) {
  std::optional<WaitingRows::Due> due = waiting_.take_due(watermark);
  if (due) fire(std::move(*due), output);
  release();
  return due || forget_some(watermark);
}

void OverAggregate::fire(WaitingRows::Due due, Output& output) {
  std::vector<ColumnPtr> columns = std::move(due.columns);
  const std::vector<EpochMillis>& times = due.times;
  const auto num_rows = static_cast<int32_t>(times.size());
  std::vector<Field> fields = spec_.schema->fields();
  fields.resize(columns.size());
  const Batch rows(make_schema(std::move(fields)), columns, num_rows);
  const MemoryCharge charge = context_->charge_memory(static_cast<int64_t>(rows.memory_bytes()));
  records_.resize(times.size());
  created_.resize(times.size());
  table_->upsert(due.keys, records_, created_);
  if (time_to_live_.enabled()) time_to_live_.written(records_, context_->processing_time());
  for (ColumnPtr& result : frames_.take({rows, due.keys, records_, times, true})) columns.push_back(std::move(result));
  for (size_t i = 0; bounded() && i < times.size(); ++i) {
    records_[i][fired_offset_] = std::byte{1};
    time_at(records_[i], fired_at_offset_) = times[i];
  }
  const Batch all(spec_.schema, std::move(columns), num_rows);
  for (int32_t first = 0; first < num_rows; first += kBatchRowsMax)  // a time may have more rows than a batch
    output.emit(all.slice(first, std::min(kBatchRowsMax, num_rows - first)));
}

bool OverAggregate::forget_some(EpochMillis time) {
  if (forget_ == nullptr) return false;
  DueTimers due(forget_->key_layout());
  const bool any = forget_->pop_due(time, kBatchRowsTarget, due);
  std::vector<int32_t> gone;
  for (int32_t i = 0; i < due.size(); ++i) {
    std::byte* const record = table_->find_for_update(due.keys[i]);
    if (record == nullptr || time_at(record, forget_at_offset_) > due.times[static_cast<size_t>(i)]) continue;
    frames_.clear(due.keys[i], record);
    gone.push_back(i);
  }
  table_->erase(due.keys, gone);
  release();
  return any;
}

std::optional<NextFiring> OverAggregate::next_firing() const {
  const std::optional<EpochMillis> next = spec_.processing_time ? std::nullopt : waiting_.next_time();
  context_->state().release();
  if (!next) return std::nullopt;
  return NextFiring{*next, *next};
}

EpochMillis OverAggregate::next_processing_timer() const {
  if (time_to_live_.enabled()) return time_to_live_.next_sweep();
  return next_forget_;
}

void OverAggregate::on_processing_time(EpochMillis now, Output&) {
  if (!time_to_live_.enabled()) {
    while (forget_some(now)) {
    }
    return;
  }
  const KeyBatch& expired = time_to_live_.sweep(now);
  std::vector<int32_t> gone;
  for (int32_t row = 0; row < expired.num_rows(); ++row) {
    if (!spec_.processing_time && waiting_.has_rows(expired[row])) continue;
    frames_.clear(expired[row], table_->find_for_update(expired[row]));
    gone.push_back(row);
  }
  table_->erase(expired, gone);
  release();
}

}  // namespace tidemill
