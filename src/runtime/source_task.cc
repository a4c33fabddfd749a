#include "runtime/source_task.h"

#include "base/check.h"
#include "runtime/named_error.h"
#include "runtime/side_output.h"

namespace tidemill {
namespace {

constexpr DurationMillis kPollPauseMs = 10;  // how soon a reader that gave no time is asked again

SplitWatermarkOptions split_options(const SourceSpec& spec, const SourceTaskOptions& source) {
  return {spec.rowtime, spec.always_row_watermarks, spec.idle_timeout, source.splits_may_come, source.late_rows_merged};
}

}  // namespace

SourceTask::SourceTask(TaskOptions options, Environment& environment, TaskReports& reports, const SourceSpec& spec,
                       SourceTaskOptions source)
    : Task(std::move(options), environment, reports),
      source_(std::move(source)),
      projection_(spec),
      reader_(spec.source->make_reader(environment, source_.subtask)),
      reader_charge_(source_.budget, MemoryKind::kFormats),
      splits_(split_options(spec, source_)),
      evaluation_(source_.evaluation),
      rows_out_(counters_.counter(counter::kRecordsOut)),
      batches_out_(counters_.counter(counter::kBatchesOut)) {
  splits_may_come_ = source_.splits_may_come;
  if (spec.alignment) aligned_.emplace(*source_.alignment_group, *spec.alignment);
}

void SourceTask::add_splits(const std::vector<SplitProgress>& splits) {
  std::vector<Split> for_reader;
  for (const SplitProgress& split : splits) for_reader.push_back(split.split);
  splits_.add(splits);
  if (!for_reader.empty()) reader_->add_splits(std::move(for_reader));
}

void SourceTask::announce_idleness() {
  if (!splits_.idle() && !splits_.finished()) return;
  idle_sent_ = true;
  head_->accept(Idleness{true});
}

void SourceTask::restore_counters(const std::map<std::string, int64_t>& counters) {
  for (const auto& [name, value] : counters) counters_.counter(name).store(value);
}

void SourceTask::post_splits(std::vector<SplitProgress> splits) {
  mailbox().post([this, splits = std::move(splits)] {
    if (!cancelled()) add_splits(splits);
  });
}

void SourceTask::post_no_more_splits() {
  mailbox().post([this] {
    if (!cancelled() && std::exchange(splits_may_come_, false)) splits_.no_more_splits();
  });
}

void SourceTask::post_barrier(Barrier barrier) {
  mailbox().post([this, barrier] {
    if (!cancelled()) blocking_calls().when_done([this, barrier] { send_barrier(barrier); });
  });
}

void SourceTask::send_barrier(const Barrier& barrier) {
  note_pending();
  if (!drained_) splits_.check_idle(environment().clock.now());
  publish_time(barrier.kind == BarrierKind::kPublish);
  head_->accept(barrier);
  stopped_ = stopped_ || barrier.kind == BarrierKind::kFinal;
  complete_barrier(barrier);
}

void SourceTask::note_pending() { pending_records_.store(reader_->pending_records().value_or(-1)); }

void SourceTask::post_end() {
  mailbox().post([this] { end_ = true; });
}

void SourceTask::post_poll() {
  mailbox().post([] {});
}

void SourceTask::connected() {
  if (source_.budget != nullptr) source_number_ = source_.budget->add_source(environment().executor, id());
  // Not by mail: the reader's work on the I/O pool may come back when this task is gone.
  reader_->set_wake([executor = &environment().executor, id = id()] { executor->wake(id); });
}

Task::Taken SourceTask::take_event() {
  if (end_) {
    head_->accept(EndOfInput{});
    return Taken::kEnded;
  }
  if (drained_ || stopped_) return Taken::kNothing;
  publish_time(true);
  // Rows gathered by this task's own exchange leave now, and wake it when they have been taken.
  if (source_.budget != nullptr && source_.budget->hold_back(source_number_)) return Taken::kNothing;
  if (aligned_ && align()) {
    wake_at(aligned_->next_update());
    return Taken::kNothing;
  }
  ReadResult result;
  with_operator_name(source_.name, [&] { result = reader_->poll(source_.batch_rows, splits_.preferred()); });
  reader_charge_.set(static_cast<int64_t>(reader_->memory_bytes()));
  const ReadResult::Next next = result.next;
  const std::optional<EpochMillis> wake = result.wake_at;
  take_result(std::move(result));
  if (next == ReadResult::Next::kMore) return Taken::kEvent;
  reached_end_ = reached_end_ || next == ReadResult::Next::kEnd || splits_.reached_end();
  if (next == ReadResult::Next::kEnd && !splits_may_come_) {
    drain();
    return Taken::kEvent;
  }
  note_pending();
  EpochMillis next_idle_check = kMaxWatermark;
  if (!source_.idle_at_barriers) {
    splits_.check_idle(now());
    next_idle_check = splits_.next_idle_check();
  }
  publish_time(false);
  wake_at(std::min(wake.value_or(now() + kPollPauseMs), next_idle_check));
  return Taken::kNothing;
}

bool SourceTask::align() {
  const bool waits_for_nobody = splits_.idle() || splits_.finished();
  if (!aligned_->update(now(), waits_for_nobody ? kMaxWatermark : splits_.merged())) return aligned_holds_all_;
  const std::set<std::string, std::less<>> ahead = splits_.ahead_of(aligned_->limit());
  aligned_holds_all_ = !waits_for_nobody && splits_.merged() > aligned_->limit();
  if (ahead != held_) reader_->hold(held_ = ahead);
  return aligned_holds_all_;
}

void SourceTask::take_result(ReadResult result) {
  CHECK_MSG(result.table == 0, "{} gave rows of table {}, but feeds one table", source_.name, result.table);
  if (rejected_ != nullptr && !result.rejected.empty()) rejected_->accept(make_rejected_batch(result.rejected));
  if (result.batch && result.batch->num_rows() > 0) take_rows(result.split, *result.batch);
  if (result.watermark) splits_.promise(result.split, *result.watermark);
  if (result.split_ended) {
    splits_.finish(result.split);
    if (!result.end_position.empty()) ended_.push_back({std::string(result.split), std::move(result.end_position)});
    reports().split_ended(source_.id, std::string(result.split));
  } else if (result.caught_up) {
    splits_.caught_up(result.split, now());
  }
  const int64_t errors = reader_->records_in_errors();
  if (errors != errors_counted_) counters_.add(counter::kRecordsInErrors, errors - errors_counted_);
  errors_counted_ = errors;
}

void SourceTask::take_rows(std::string_view split, const Batch& raw) {
  evaluation_.now = now();
  evaluation_.watermark = splits_.merged();
  ProjectedRows rows;
  with_operator_name(source_.name, [&] { rows = projection_.project(raw, evaluation_, counters_); });
  Batch batch = splits_.assign(split, std::move(rows.batch), rows.watermarks);
  if (idle_sent_) publish_time(true);
  if (batch.num_rows() == 0) return;
  rows_out_.fetch_add(batch.num_rows(), std::memory_order_relaxed);
  batches_out_.fetch_add(1, std::memory_order_relaxed);
  head_->accept(std::move(batch));
}

void SourceTask::publish_time(bool due_only) {
  const EpochMillis merged = splits_.merged();
  const bool due = now() - watermark_sent_at_ >= source_.auto_watermark_interval_ms || splits_.idle();
  if (merged > output_watermark() && merged != kMaxWatermark && (due || !due_only)) {
    watermark_sent_at_ = now();
    output_watermark_.store(merged, std::memory_order_relaxed);
    head_->accept(Watermark{merged});
  }
  const bool idle = splits_.idle() || (idle_sent_ && splits_.finished());  // the end follows
  if (idle != idle_sent_) {
    idle_sent_ = idle;
    head_->accept(Idleness{idle});
  }
}

void SourceTask::drain() {
  drained_ = true;
  if (aligned_) aligned_->leave();
  output_watermark_.store(kMaxWatermark, std::memory_order_relaxed);
  head_->accept(Watermark{kMaxWatermark});
  reports().drained(options().number);
}

void SourceTask::inspect_input(TaskInspection& inspection) const {
  inspection.drained = drained_;
  inspection.reached_end = reached_end_ || drained_;
  inspection.source_id = source_.id;
  inspection.source_name = source_.name;
  inspection.splits = splits_.inspect();
  inspection.newest = splits_.newest();
  inspection.idle_timeout = splits_.idle_timeout();
  inspection.pending_records = reader_->pending_records();
  inspection.problem = reader_->problem();
}

void SourceTask::seal_input(TaskSnapshot& snapshot) {
  SourcePart part{source_.id, {}, counters_.all(), ended_};
  for (const Split& split : reader_->positions()) part.splits.push_back(splits_.progress(split));
  snapshot.sources.push_back(std::move(part));
}

}  // namespace tidemill
