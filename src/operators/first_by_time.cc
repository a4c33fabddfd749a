#include "operators/first_by_time.h"

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "operators/row_watermark.h"
#include "operators/stored_position.h"

namespace tidemill {
namespace {

constexpr std::string_view kPositionField = "position";

}  // namespace

FirstByTime::FirstByTime(const DeduplicateSpec& spec)
    : spec_(spec),
      values_(leading_types(*spec.schema, static_cast<size_t>(spec.schema->size()))),
      positions_(RowOrder::kRowtime, spec.time_column),
      rows_out_(spec.schema, false, false),
      time_to_live_(spec.state_ttl_ms) {
  CHECK(!spec.processing_time && !spec.keep_last);
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
}

void FirstByTime::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor waiting;
  waiting.name = "waiting";
  waiting.key_types = key_types_;
  waiting.fields.push_back(stored_position_field(std::string(kPositionField)));
  values_.declare(waiting);
  waiting_ = &context.state().record_table(waiting);
  values_.open(waiting_->layout());
  position_offset_ = waiting_->layout().offset(kPositionField);
  TableDescriptor done;
  done.name = "done";
  done.key_types = key_types_;
  time_to_live_.declare(done);
  done_ = &context.state().record_table(done);
  if (time_to_live_.enabled()) time_to_live_.open(*done_);
  due_ = &context.state().timers({"due", key_types_});
  keys_.emplace(waiting_->key_layout());
  const WindowDefinition by_event_time;
  times_.emplace(by_event_time, spec_.time_column, WindowTime(by_event_time, context.evaluation().time_zone));
}

void FirstByTime::process(Batch input, int32_t, Output&) {
  CHECK_MSG(input.append_only(), "deduplication was given rows that are taken back");
  keys_->assign(columns_at(input, spec_.keys), input.num_rows());
  positions_.begin(input);
  times_->begin(input, *context_);
  std::vector<LateRow> late;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const EpochMillis time = times_->times()[static_cast<size_t>(row)];
    const EpochMillis watermark = row_watermark(input, row, *context_);
    if (time < watermark) {
      late.push_back({row, time, watermark});
    } else if (!is_done(row)) {
      offer(input, row);
    }
  }
  account_rows(*context_, input, late, kWatermarkPassed);
  context_->state().release();
}

bool FirstByTime::is_done(int32_t row) const {
  const std::byte* const record = done_->find((*keys_)[row]);
  if (record == nullptr) return false;
  return !time_to_live_.enabled() || !time_to_live_.expired(record, context_->processing_time());
}

void FirstByTime::offer(const Batch& input, int32_t row) {
  const KeyRef key = (*keys_)[row];
  bool created = false;
  std::byte* const record = waiting_->upsert(key, created);
  auto& stored = *reinterpret_cast<StoredPosition*>(record + position_offset_);
  const RowPosition position = positions_[row];
  if (!created) {
    std::string scratch;
    const RowPosition first = load_position(*waiting_, stored, scratch);
    if (position >= first) return;
    due_->remove(key, first.time);
  }
  store_position(*waiting_, position, stored);
  values_.put(record, waiting_->texts(), input.columns(), row);
  due_->add(key, position.time);
}

void FirstByTime::on_watermark(EpochMillis watermark, Output& output) {
  emit_in_steps(*context_, output, [this, watermark](Output& more) { return fire_some(watermark, more); });
}

bool FirstByTime::fire_some(EpochMillis watermark, Output& output) {
  DueTimers due(due_->key_layout());
  const bool any = due_->pop_due(watermark, kBatchRowsTarget, due);
  const EpochMillis now = context_->processing_time();
  for (int32_t i = 0; i < due.size(); ++i) {
    const std::byte* const record = waiting_->find(due.keys[i]);
    CHECK(record != nullptr);
    rows_out_.add(RowKind::kInsert, record, values_, waiting_->texts());
    bool created = false;
    std::byte* const done = done_->upsert(due.keys[i], created);
    if (time_to_live_.enabled()) time_to_live_.written({&done, 1}, now);
  }
  waiting_->erase(due.keys);
  rows_out_.emit(output);
  context_->state().release();
  return any;
}

std::optional<NextFiring> FirstByTime::next_firing() const {
  const std::optional<EpochMillis> next = due_->next_time();
  context_->state().release();
  if (!next) return std::nullopt;
  return NextFiring{*next, *next};
}

EpochMillis FirstByTime::next_processing_timer() const {
  return time_to_live_.enabled() ? time_to_live_.next_sweep() : kMaxWatermark;
}

void FirstByTime::on_processing_time(EpochMillis now, Output&) {
  done_->erase(time_to_live_.sweep(now));
  context_->state().release();
}

}  // namespace tidemill
