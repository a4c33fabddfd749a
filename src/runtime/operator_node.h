// runtime/operator_node.h - one operator with its context, its state and its place in a chain. Rule: event time never
// goes back; a row is never processed before the timers that its merged watermark makes due have fired; nothing passes
// while the operator waits for the I/O pool, or for room to emit more.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operators/operator.h"
#include "runtime/blocking_calls.h"
#include "runtime/event_target.h"
#include "runtime/operator_counters.h"
#include "runtime/task_inspection.h"

namespace tidemill {

struct OperatorNodeOptions {
  std::string id;    // stable identity: state and metrics
  std::string name;  // for people
  Subtask subtask;
  EvaluationContext evaluation;             // zone and settings; `now` and `watermark` are kept by the node
  StateStoreOptions state;                  // key groups of this subtask
  BlockingCalls* blocking_calls = nullptr;  // of the task; borrowed; null: calls run at once, behind the event at hand
  int32_t place = 0;                        // in the chain of the task, the last operator first
  EventTarget* late_rows = nullptr;    // takes rows dropped as late (late_row_schema()); borrowed; null: nobody does
  Environment* environment = nullptr;  // borrowed; null: for operators that do not ask for it
};

// Rows that were dropped as late, for the closing report.
struct LateSample {
  std::string reason;
  std::string row;  // pretty text
};

// Task thread only, but for counters() and output_watermark().
class OperatorNode final : private OperatorContext, private Output {
 public:
  // `target` is borrowed and outlives the node.
  OperatorNode(std::unique_ptr<Operator> op, OperatorNodeOptions options, EventTarget& target);

  // Opens the operator. Then either restore() or start() once, before the first event.
  void open();
  // Takes up the parts of all old subtasks of this operator.
  RestoreReport restore(std::span<const SnapshotReader* const> parts, const OwnsSplit& owns_split);
  void start() { operator_->restored(); }

  // Takes one event of input `port`. Watermarks are those merged over all inputs.
  void accept(Event event, int32_t port);
  // Sets the processing time that the operator sees from now on. Fires nothing.
  void set_now(EpochMillis now) { options_.evaluation.now = now; }
  EpochMillis next_processing_timer() const { return operator_->next_processing_timer(); }
  // Fires the processing-time timers that are due at the time last set.
  void fire_processing_timers();

  // Freezes the state with the watermark and the counters in it; what changed since `decided` may be written in place
  // of everything (StateStore::freeze_changes). Requires: between events.
  std::unique_ptr<PendingSnapshot> freeze(int64_t checkpoint, int64_t decided);

  // How the operator stands. Requires: between events.
  OperatorInspection inspect();

  const OperatorNodeOptions& options() const { return options_; }
  Operator& op() { return *operator_; }
  OperatorCounters& counters() { return counters_; }
  const OperatorCounters& counters() const { return counters_; }
  EpochMillis input_watermark() const { return options_.evaluation.watermark; }
  // What downstream was last told. Any thread.
  EpochMillis output_watermark() const { return output_watermark_.load(std::memory_order_relaxed); }
  const std::vector<LateSample>& late_samples() const { return late_samples_; }
  StateStore& state() override { return state_; }
  // Bytes of state in memory. Any thread.
  size_t state_bytes() const { return state_.page_bytes(); }

 private:
  const Subtask& subtask() const override { return options_.subtask; }
  OperatorMetrics& metrics() override { return counters_; }
  const EvaluationContext& evaluation() const override { return options_.evaluation; }
  void late_rows(const Batch& batch, std::span<const LateRow> rows, std::string_view reason) override;
  MemoryCharge charge_memory(MemoryKind kind, int64_t bytes) override {
    return MemoryCharge(options_.state.pages.budget.get(), kind, bytes);
  }
  void block(std::function<void()> work, std::function<void(Output&)> done) override;
  void when_room(std::function<void(Output&)> more) override;
  void wait_until(EpochMillis time, std::function<void(Output&)> then) override;
  Environment& environment() override;
  void emit(Batch batch) override;

  struct HeldEvent {
    Event event;
    int32_t port;
    bool counted;  // the rest of a batch
  };

  void dispatch(Event event, int32_t port);
  // Runs calls that had no pool to go to.
  void run_inline_calls();
  // Calls the operator, which may ask for the I/O pool in process() only, and for room.
  template <class Call>
  void call_operator(bool in_process, Call call);
  // What one call waited for is there.
  void resume(const std::function<void(Output&)>& done, bool in_process);
  void dispatch_held();
  void process(Batch batch, int32_t port);
  // Processes rows that were counted.
  void process_rows(Batch batch, int32_t port);
  void handle_watermark(EpochMillis watermark);
  void handle_barrier(const Barrier& barrier);
  // Tells downstream what the operator lets it know, where that is news.
  void forward_watermark();
  // Moves event time; what is due fires. Nothing is told downstream. Returns false where the operator has more to emit
  // and waits for room: then event time moves when it is done.
  bool fire(EpochMillis watermark);

  OperatorNodeOptions options_;
  EventTarget& target_;
  StateStore state_;
  std::unique_ptr<Operator> operator_;  // goes before its state: it may be in the midst of a scan
  OperatorCounters counters_;
  std::atomic<int64_t>& records_in_;
  std::atomic<int64_t>& batches_in_;
  std::atomic<int64_t>& records_out_;
  std::atomic<int64_t>& batches_out_;
  std::atomic<EpochMillis> output_watermark_ = kNoWatermark;
  bool holds_back_ = false;  // downstream was told less than the operator knows
  bool finished_ = false;
  bool may_block_ = false;             // within process() or the end of a call
  bool may_wait_ = false;              // within any call but open(), restored() and before_barrier()
  int32_t calls_ = 0;                  // under way on the I/O pool, or waiting for room
  std::optional<EpochMillis> firing_;  // the watermark that on_watermark() has not done with
  std::deque<HeldEvent> held_events_;  // came while calls were under way: from one event of the task at most
  std::deque<std::function<void()>> inline_calls_;  // where there is no pool
  std::vector<LateSample> late_samples_;
};

}  // namespace tidemill
