// tests/operators/harness/operator_harness.h - runs one operator by hand, with the runtime's own node around it. Rule:
// everything it emits passes a ContractChecker.
//
// For a test that must hold however the rows arrive, use OperatorCase (operator_case.h), which drives this.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/pretty.h"
#include "runtime/contract_checker.h"
#include "runtime/operator_node.h"
#include "runtime/watermark_merger.h"

namespace tidemill {

using MakeOperator = std::function<std::unique_ptr<Operator>()>;

struct HarnessOptions {
  std::vector<SchemaPtr> inputs = {};  // by port
  SchemaPtr output = nullptr;          // null: taken from the first row emitted
  TimeZone time_zone = {};
  EpochMillis now = 0;  // processing time at the start
  Subtask subtask = {};
  int32_t max_parallelism = kMaxParallelismDefault;
};

// A port whose rows are read from one split with WATERMARK FOR column AS column - delay.
struct SplitWatermark {
  int32_t time_column = 0;  // TIMESTAMP(0-3) or TIMESTAMP_LTZ(0-3)
  DurationMillis delay_ms = 0;
};

class OperatorHarness final : private EventTarget {
 public:
  OperatorHarness(MakeOperator make, HarnessOptions options);
  ~OperatorHarness() override;

  // From here on rows of `port` carry w(i), as a source gives it, and watermark() without a time says what the split
  // knows.
  void read_from_split(int32_t port, SplitWatermark split);

  // Takes rows as text (data/pretty.h) or as a batch.
  void push(std::string_view rows, int32_t port = 0);
  void push(Batch batch, int32_t port = 0);
  // Port `port` says that no row at or below `time` will follow; the operator sees the minimum over its ports.
  void watermark(EpochMillis time, int32_t port = 0);
  // The same for every port that reads from a split, at what the split has shown so far.
  void split_watermarks();
  void idle(bool idle, int32_t port = 0);
  // Moves processing time and fires what is due. Requires: not backwards.
  void set_time(EpochMillis now);
  void barrier(BarrierKind kind = BarrierKind::kCheckpoint);
  // Takes a checkpoint, throws the operator away and restores a new one from it.
  void snapshot_and_restore();
  // Ends every port: kMaxWatermark, finish().
  void finish();

  // Returns the rows emitted since the last call, one "+I | …" each.
  std::vector<std::string> take_rows() { return std::exchange(rows_, {}); }
  // Returns the batches emitted so far.
  const std::vector<Batch>& batches() const { return batches_; }
  // What downstream was last told.
  EpochMillis output_watermark() const { return output_watermark_; }
  int64_t counter(std::string_view name) const { return node_->counters().value(name); }
  int64_t late_rows() const { return counter(counter::kLateRecordsDropped); }
  StateStore& state() { return node_->state(); }
  Operator& op() { return node_->op(); }

 private:
  void accept(Event event) override;
  void make_node();
  Batch with_progress(Batch batch, int32_t port);

  MakeOperator make_;
  HarnessOptions options_;
  ContractChecker checker_;
  std::unique_ptr<OperatorNode> node_;
  WatermarkMerger merger_;
  EpochMillis merged_sent_ = kNoWatermark;
  std::vector<std::optional<SplitWatermark>> splits_;  // by port
  std::vector<EpochMillis> split_time_;                // maximum of the watermark expression so far
  std::vector<int64_t> offsets_;
  int64_t next_barrier_ = 1;
  std::vector<std::string> rows_;
  std::vector<Batch> batches_;
  EpochMillis output_watermark_ = kNoWatermark;
};

}  // namespace tidemill
