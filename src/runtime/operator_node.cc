#include "runtime/operator_node.h"

#include "base/check.h"
#include "data/pretty.h"
#include "runtime/named_error.h"
#include "runtime/side_output.h"

namespace tidemill {
namespace {

constexpr size_t kLateSamplesMax = 5;  // rows of an operator shown in the closing report
constexpr std::string_view kWatermarkScalar = "runtime.watermark";
constexpr std::string_view kCounterScalar = "runtime.counter.";

}  // namespace

OperatorNode::OperatorNode(std::unique_ptr<Operator> op, OperatorNodeOptions options, EventTarget& target)
    : options_(std::move(options)),
      target_(target),
      state_(options_.state),
      operator_(std::move(op)),
      records_in_(counters_.counter(counter::kRecordsIn)),
      batches_in_(counters_.counter(counter::kBatchesIn)),
      records_out_(counters_.counter(counter::kRecordsOut)),
      batches_out_(counters_.counter(counter::kBatchesOut)) {}

void OperatorNode::open() { operator_->open(*this); }

RestoreReport OperatorNode::restore(std::span<const SnapshotReader* const> parts, const OwnsSplit& owns_split) {
  RestoreReport report = state_.restore(parts, owns_split);
  options_.evaluation.watermark = state_.scalars().get(kWatermarkScalar).value_or(kNoWatermark);
  finished_ = options_.evaluation.watermark == kMaxWatermark;
  for (const auto& [name, scalar] : state_.scalars().all())
    if (name.starts_with(kCounterScalar))
      counters_.counter(std::string_view(name).substr(kCounterScalar.size())).store(scalar.value);
  operator_->restored();
  return report;
}

std::unique_ptr<PendingSnapshot> OperatorNode::freeze(int64_t checkpoint, int64_t decided) {
  state_.scalars().set(kWatermarkScalar, ScalarMerge::kMinimum, options_.evaluation.watermark);
  for (const auto& [name, value] : counters_.all())
    state_.scalars().set(fmt::format("{}{}", kCounterScalar, name), ScalarMerge::kSum, value);
  return state_.freeze_changes(checkpoint, decided);
}

OperatorInspection OperatorNode::inspect() {
  OperatorInspection inspection{options_.id, options_.name, options_.subtask.index, options_.evaluation.watermark, {}};
  inspection.next_firing = operator_->next_firing();
  state_.release();
  return inspection;
}

void OperatorNode::accept(Event event, int32_t port) {
  if (calls_ > 0) {  // by an operator before this one, within the event at hand
    held_events_.push_back({std::move(event), port, false});
    return;
  }
  with_operator_name(options_.name, [&] { dispatch(std::move(event), port); });
  run_inline_calls();
}

void OperatorNode::run_inline_calls() {
  while (!inline_calls_.empty()) {
    const std::function<void()> call = std::move(inline_calls_.front());
    inline_calls_.pop_front();
    call();
  }
}

template <class Call>
void OperatorNode::call_operator(bool in_process, Call call) {
  may_block_ = in_process;
  may_wait_ = true;
  call();
  may_block_ = false;
  may_wait_ = false;
}

void OperatorNode::block(std::function<void()> work, std::function<void(Output&)> done) {
  CHECK_MSG(may_block_, "{} asks for the I/O pool outside of process()", options_.name);
  ++calls_;
  auto back = [this, done = std::move(done)] { resume(done, true); };
  if (options_.blocking_calls != nullptr) return options_.blocking_calls->submit(std::move(work), std::move(back));
  inline_calls_.push_back([work = std::move(work), back = std::move(back)] {
    work();
    back();
  });
}

void OperatorNode::when_room(std::function<void(Output&)> more) {
  CHECK_MSG(may_wait_, "{} waits for room outside of a call", options_.name);
  ++calls_;
  auto back = [this, more = std::move(more), in_process = may_block_] { resume(more, in_process); };
  if (options_.blocking_calls != nullptr) return options_.blocking_calls->when_room(options_.place, std::move(back));
  inline_calls_.push_back(std::move(back));
}

void OperatorNode::wait_until(EpochMillis time, std::function<void(Output&)> then) {
  CHECK_MSG(may_block_, "{} waits for a time outside of process()", options_.name);
  ++calls_;
  auto back = [this, then = std::move(then)] { resume(then, true); };
  if (options_.blocking_calls != nullptr) return options_.blocking_calls->wait_until(time, std::move(back));
  inline_calls_.push_back(std::move(back));
}

Environment& OperatorNode::environment() {
  CHECK_MSG(options_.environment != nullptr, "{} has no environment", options_.name);
  return *options_.environment;
}

void OperatorNode::resume(const std::function<void(Output&)>& done, bool in_process) {
  with_operator_name(options_.name, [&] {
    call_operator(in_process, [&] { done(*this); });
    --calls_;
  });
  if (calls_ != 0) return;
  if (firing_) options_.evaluation.watermark = *std::exchange(firing_, std::nullopt);
  dispatch_held();
}

void OperatorNode::dispatch_held() {
  while (calls_ == 0 && !held_events_.empty()) {
    HeldEvent held = std::move(held_events_.front());
    held_events_.pop_front();
    if (held.counted)
      with_operator_name(options_.name, [&] { process_rows(std::move(std::get<Batch>(held.event)), held.port); });
    else
      accept(std::move(held.event), held.port);
  }
}

void OperatorNode::dispatch(Event event, int32_t port) {
  if (auto* batch = std::get_if<Batch>(&event)) {
    process(std::move(*batch), port);
  } else if (const auto* watermark = std::get_if<Watermark>(&event)) {
    handle_watermark(watermark->time);
  } else if (const auto* barrier = std::get_if<Barrier>(&event)) {
    handle_barrier(*barrier);
  } else {
    target_.accept(std::move(event));
  }
}

void OperatorNode::process(Batch batch, int32_t port) {
  records_in_.fetch_add(batch.num_rows(), std::memory_order_relaxed);
  batches_in_.fetch_add(1, std::memory_order_relaxed);
  process_rows(std::move(batch), port);
}

void OperatorNode::process_rows(Batch batch, int32_t port) {
  const bool progress = batch.progress().from_split;
  int32_t first = 0;
  while (first < batch.num_rows()) {
    const auto hold_from = [&](int32_t row) {
      held_events_.push_front({batch.slice(row, batch.num_rows() - row), port, true});
    };
    if (progress && !fire(batch.progress().merged_at(first))) return hold_from(first);
    int32_t count = batch.num_rows() - first;
    if (progress) {
      count = operator_->rows_before_firing(batch, first, port);
      CHECK_MSG(count >= 1 && first + count <= batch.num_rows(), "{} of {} rows from {}", count, batch.num_rows(),
                first);
    }
    call_operator(true, [&] { operator_->process(batch.slice(first, count), port, *this); });
    first += count;
    if (calls_ > 0 && first < batch.num_rows()) return hold_from(first);
  }
}

bool OperatorNode::fire(EpochMillis watermark) {
  if (watermark <= options_.evaluation.watermark) return true;
  call_operator(false, [&] { operator_->on_watermark(watermark, *this); });
  if (calls_ > 0) {
    firing_ = watermark;
    return false;
  }
  options_.evaluation.watermark = watermark;
  return true;
}

void OperatorNode::handle_watermark(EpochMillis watermark) {
  // The same watermark again, when the operator has emitted the rest.
  const auto hold = [&] { held_events_.push_front({Watermark{watermark}, 0, false}); };
  if (!fire(watermark)) return hold();
  if (options_.evaluation.watermark == kMaxWatermark && !finished_) {
    finished_ = true;
    call_operator(false, [&] { operator_->finish(*this); });
    if (calls_ > 0) return hold();
  }
  forward_watermark();
}

void OperatorNode::handle_barrier(const Barrier& barrier) {
  operator_->before_barrier(barrier, *this);
  if (holds_back_) forward_watermark();  // what it waited for may have been emitted
  target_.accept(barrier);
}

void OperatorNode::forward_watermark() {
  const EpochMillis output = operator_->output_watermark(options_.evaluation.watermark);
  holds_back_ = output < options_.evaluation.watermark;
  if (output <= output_watermark()) return;
  output_watermark_.store(output, std::memory_order_relaxed);
  target_.accept(Watermark{output});
}

void OperatorNode::fire_processing_timers() {
  if (operator_->next_processing_timer() > options_.evaluation.now) return;
  with_operator_name(options_.name, [&] {
    call_operator(false, [&] { operator_->on_processing_time(options_.evaluation.now, *this); });
  });
  run_inline_calls();
}

void OperatorNode::emit(Batch batch) {
  if (batch.num_rows() == 0) return;
  records_out_.fetch_add(batch.num_rows(), std::memory_order_relaxed);
  batches_out_.fetch_add(1, std::memory_order_relaxed);
  target_.accept(std::move(batch));
}

void OperatorNode::late_rows(const Batch& batch, std::span<const LateRow> rows, std::string_view reason) {
  const auto count = static_cast<int64_t>(rows.size());
  counters_.add(counter::kLateRecordsDropped, count);
  counters_.add(fmt::format("{}.{}", counter::kLateRecordsDropped, reason), count);
  if (options_.late_rows != nullptr)
    options_.late_rows->accept(make_late_batch(options_.id, reason, batch, rows, options_.evaluation.time_zone));
  for (const LateRow& late : rows) {
    if (late_samples_.size() >= kLateSamplesMax) return;
    late_samples_.push_back({std::string(reason), row_to_pretty(batch, late.row)});
  }
}

}  // namespace tidemill
