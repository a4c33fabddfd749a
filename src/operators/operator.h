// operators/operator.h - what every operator is. Rule: run to completion on one thread: no threads, no waiting; what
// has no bound is emitted a piece at a time (when_room). The runtime merges watermarks, aligns barriers, cuts batches,
// saves state and forwards control events.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/spi/source.h"
#include "data/event.h"
#include "expr/scalar_function.h"
#include "state/state_store.h"

namespace tidemill {

// Takes what an operator emits.
class Output {
 public:
  virtual ~Output() = default;
  // Hands rows to the next operator of the chain or to a channel, in order. Never fails, never blocks; a task whose
  // output is full takes no new event. What has no bound (a window that fires) is emitted a piece at a time:
  // when_room().
  virtual void emit(Batch batch) = 0;
};

// How many batches an operator emits in one call at most, where what it emits has no bound: it goes on in
// OperatorContext::when_room().
constexpr int32_t kBatchesAtOnce = 8;

// Monotonic counters and gauges of one operator subtask, under Flink's names (numLateRecordsDropped, numRecordsIn …).
class OperatorMetrics {
 public:
  virtual ~OperatorMetrics() = default;
  virtual void add(std::string_view name, int64_t amount) = 0;
};

// A row of a batch that came too late. Times are in ms, on the time line that the operator's windows lie on
// (window_time.h).
struct LateRow {
  int32_t row = 0;
  EpochMillis time = 0;                     // what the row was judged by
  EpochMillis watermark = kNoWatermark;     // what it was judged against
  EpochMillis window_start = kNoWatermark;  // of the last window that could have taken it; kNoWatermark: not known
  EpochMillis window_end = kNoWatermark;
};

class OperatorContext {
 public:
  virtual ~OperatorContext() = default;
  virtual const Subtask& subtask() const = 0;
  // Tables are registered in open() only.
  virtual StateStore& state() = 0;
  // Counters are part of the snapshot: after a restore they continue from the checkpoint.
  virtual OperatorMetrics& metrics() = 0;
  // What expressions read besides their row; the task keeps `now` and `watermark` current.
  virtual const EvaluationContext& evaluation() const = 0;
  // The merged watermark of the inputs, kNoWatermark at first. During process() and on_watermark() it is that of before
  // the call. It is part of the snapshot: after a restore it goes on from there, so that nothing fires twice.
  EpochMillis watermark() const { return evaluation().watermark; }
  // Processing time, wall ms UTC; constant during one call.
  EpochMillis processing_time() const { return evaluation().now; }
  // Takes rows that are too late for any window: counted as numLateRecordsDropped, with `reason` and a sample for the
  // report, and handed to whoever reads <table>$late.
  virtual void late_rows(const Batch& batch, std::span<const LateRow> rows, std::string_view reason) = 0;
  // Charges bytes that the operator holds outside its state (which charges itself) to the job's memory, until the
  // charge goes; set() of it changes how many they are. For what lives longer than a call, or is as large as the input:
  // not for a batch's worth of scratch.
  virtual MemoryCharge charge_memory(MemoryKind kind, int64_t bytes) = 0;
  MemoryCharge charge_memory(int64_t bytes) { return charge_memory(MemoryKind::kOperators, bytes); }
  // Runs `work`, which may block (a query to a server, a file), on the I/O pool: it must not touch the operator or its
  // state. Then calls `done` on the task's thread, as if within process(): it may emit, and use state. The results of
  // several calls run side by side and come back in the order of the calls; until all are back the operator is given
  // nothing else, so that rows stay in order and a barrier finds no call under way. What `work` throws fails the task
  // as if process() had thrown it. Requires: called within process() or `done`.
  virtual void block(std::function<void()> work, std::function<void(Output&)> done) = 0;
  // Calls `more` on the task's thread once what was emitted has found room downstream, as if within the call at hand:
  // it may emit, use state, and ask again. Until then the operator is given nothing else. So what fires at once,
  // however much it is, never lies in memory as rows. Requires: called within process(), on_watermark(),
  // on_processing_time(), finish(), or what one of them asked for; once a call.
  virtual void when_room(std::function<void(Output&)> more) = 0;
  // Calls `then` on the task's thread when processing time has reached `time` (wall ms), as the end of a call of
  // block(): in its order, and until then the operator is given nothing else. Requires: what block() requires.
  virtual void wait_until(EpochMillis time, std::function<void(Output&)> then) = 0;
  // The world outside, for what is made for block(). Only `work` may touch what can block.
  virtual Environment& environment() = 0;
};

// When an operator that gathers rows by time gives its next result.
struct NextFiring {
  EpochMillis window_end = 0;    // in window time, as rows show it
  EpochMillis fires_at = 0;      // the watermark, or the clock, that completes it
  bool may_grow = false;         // a session: both are the earliest that they can be
  bool processing_time = false;  // it waits for the clock
};

class Operator {
 public:
  virtual ~Operator() = default;
  // Registers every state table. Called once, before restore and before any event.
  virtual void open(OperatorContext& context) = 0;
  // Called after open() and, where there is a snapshot, after state was restored.
  virtual void restored() {}

  // Takes rows of input `port`. Addresses of state must be released before it returns.
  virtual void process(Batch input, int32_t port, Output& output) = 0;

  // Returns how many rows from `first` on may be processed before event time must move: row first + result must not be
  // seen by a timer due at its merged watermark (Batch::progress().merged_at). At least 1. Default: all that are left.
  // Only operators whose results depend on what has fired (bounded OVER, process functions) answer otherwise; windows
  // judge each row by its own watermark instead. The runtime then calls on_watermark with that row's merged watermark,
  // and goes on.
  virtual int32_t rows_before_firing(const Batch& input, int32_t first, int32_t port) {
    (void)port;
    return input.num_rows() - first;
  }

  // The merged watermark has moved to `watermark` (kMaxWatermark: all input has been seen): fire what is due. The
  // runtime forwards output_watermark(watermark) afterwards.
  virtual void on_watermark(EpochMillis watermark, Output& output) {
    (void)watermark;
    (void)output;
  }
  // What downstream may believe once this operator has seen `watermark`; interval joins hold it back.
  virtual EpochMillis output_watermark(EpochMillis watermark) const { return watermark; }

  // Returns what time completes next, nullopt where nothing waits for it. For people, not for the runtime;
  // between events, task thread.
  virtual std::optional<NextFiring> next_firing() const { return std::nullopt; }

  // Returns the wall time (ms) at which on_processing_time should be called, kMaxWatermark: never.
  virtual EpochMillis next_processing_timer() const { return kMaxWatermark; }
  virtual void on_processing_time(EpochMillis now, Output& output) {
    (void)now;
    (void)output;
  }

  // A barrier has aligned; state is saved right after this call. Emit what must not be held across an epoch.
  virtual void before_barrier(const Barrier& barrier, Output& output) {
    (void)barrier;
    (void)output;
  }
  // Every input has ended and kMaxWatermark was handled: emit what is left.
  virtual void finish(Output& output) { (void)output; }
};

}  // namespace tidemill
