#include "operators/session_assign.h"

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "operators/session_keys.h"
#include "operators/state_names.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "session.next_arrival";
constexpr size_t kWindowColumns = 3;

}  // namespace

SessionAssign::SessionAssign(const WindowAssignSpec& spec)
    : spec_(spec),
      column_types_(leading_types(*spec.schema, static_cast<size_t>(spec.schema->size()) - kWindowColumns)) {
  for (const Field& field : spec_.schema->fields()) gathered_.emplace_back(field.type);
}

void SessionAssign::open(OperatorContext& context) {
  context_ = &context;
  std::vector<Type> key_types;
  for (const int32_t key : spec_.keys) key_types.push_back(column_types_[static_cast<size_t>(key)]);
  time_.emplace(spec_.window, context.evaluation().time_zone);
  rows_.emplace(spec_.window, spec_.time_column, *time_);
  placed_.emplace(spec_.window.size, *time_);
  intervals_.emplace(spec_.window.size, *time_, key_types, context.state());
  TableDescriptor descriptor;
  descriptor.name = kSessionsTable;
  descriptor.key_types = session_key_types(key_types);
  descriptor.partition_columns = static_cast<int32_t>(key_types.size());
  descriptor.companions = {{"rows", CompanionKind::kOrderedSequence, column_types_}};
  table_ = &context.state().record_table(descriptor);
  kept_ = &table_->ordered_sequence(0);
  keys_.emplace(intervals_->key_layout());
  session_keys_.emplace(table_->key_layout());
}

void SessionAssign::restored() {
  intervals_->restored();
  release();
}

void SessionAssign::release() {
  if (spec_.window.processing_time) next_clock_timer_ = intervals_->next_end();
  context_->state().release();
}

void SessionAssign::process(Batch input, int32_t, Output&) {
  CHECK_MSG(input.append_only(), "SESSION was given rows that are taken back");
  const std::vector<ColumnPtr> key_columns = columns_at(input, spec_.keys);
  rows_->begin(input, *context_);
  keys_->assign(key_columns, input.num_rows());
  placed_->place(*intervals_, *keys_, *rows_);
  keep_rows(input, key_columns);
  rows_->report(*context_);
  context_->metrics().add(kRowsUsedCounter, static_cast<int64_t>(placed_->rows().size()));
  release();
}

void SessionAssign::keep_rows(const Batch& input, const std::vector<ColumnPtr>& key_columns) {
  session_keys_->assign(session_key_columns(key_columns, placed_->sessions()), input.num_rows());
  OperatorScalars& scalars = context_->state().scalars();
  int64_t arrival = scalars.get(kArrivalScalar).value_or(0);
  for (const int32_t row : placed_->rows())
    kept_->put((*session_keys_)[row], SubKey::of_time(0, arrival++), input.columns(), row);
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival);

  // Numbers of arrival order the rows, so that sessions may as well be joined after all rows came.
  if (placed_->merges().empty()) return;
  placed_->assign_merge_keys(key_columns, *session_keys_);
  for (int32_t into = 0; into < session_keys_->num_rows(); into += 2)
    kept_->merge_keys((*session_keys_)[into + 1], (*session_keys_)[into]);
}

void SessionAssign::on_watermark(EpochMillis watermark, Output& output) {
  if (!spec_.window.processing_time) fire_until(watermark, output);
}

void SessionAssign::on_processing_time(EpochMillis now, Output& output) { fire_until(now, output); }

void SessionAssign::fire_until(EpochMillis progress, Output& output) {
  emit_in_steps(*context_, output, [this, progress](Output& more) {
    std::vector<SessionIntervals::Due> due;
    const bool any = intervals_->take_due(progress, due);
    if (any) assign_due_keys(*intervals_, due, *session_keys_);
    for (size_t i = 0; i < due.size(); ++i) gather((*session_keys_)[static_cast<int32_t>(i)], due[i].interval, more);
    if (!any) flush(more);
    release();
    return any;
  });
}

void SessionAssign::gather(KeyRef key, const SessionInterval& session, Output& output) {
  const auto num_rows = static_cast<int32_t>(kept_->size(key));
  kept_->append_all(key, std::span(gathered_).first(column_types_.size()), nullptr);
  kept_->erase(key);
  const EpochMillis window[kWindowColumns] = {session.start, session.end, time_->rowtime_of(session.end)};
  for (size_t i = 0; i < kWindowColumns; ++i)
    for (int32_t row = 0; row < num_rows; ++row) gathered_[column_types_.size() + i].append(window[i]);
  num_gathered_ += num_rows;
  if (num_gathered_ >= kBatchRowsTarget) flush(output);
}

void SessionAssign::flush(Output& output) {
  if (num_gathered_ == 0) return;
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : gathered_) columns.push_back(builder.finish());
  const Batch all(spec_.schema, std::move(columns), std::exchange(num_gathered_, 0));
  const MemoryCharge charge = context_->charge_memory(static_cast<int64_t>(all.memory_bytes()));
  for (int32_t first = 0; first < all.num_rows(); first += kBatchRowsMax)  // a session may be longer than a batch
    output.emit(all.slice(first, std::min(kBatchRowsMax, all.num_rows() - first)));
}

void SessionAssign::finish(Output&) {
  if (!spec_.window.processing_time) return;
  context_->metrics().add(kRowsLeftCounter, kept_->table().size());
  release();
}

}  // namespace tidemill
