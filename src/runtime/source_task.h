// runtime/source_task.h - the head of a stream: polls a reader, gives rows their event time, starts barriers. Rule: a
// barrier stands between two polls; splits that are not read yet hold the watermark back; no row is read while the rows
// on their way are too much for the job's memory (MemoryBudget::hold_back).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operators/source_projection.h"
#include "operators/spec.h"
#include "runtime/split_watermarks.h"
#include "runtime/task.h"
#include "runtime/watermark_alignment.h"

namespace tidemill {

constexpr DurationMillis kAutoWatermarkIntervalDefaultMs = 200;  // pipeline.auto-watermark-interval

struct SourceTaskOptions {
  std::string id;    // stable identity of the source
  std::string name;  // for people
  Subtask subtask;
  bool splits_may_come = false;                                                 // its enumerator goes on discovering
  int32_t batch_rows = kBatchRowsTarget;                                        // read at a time
  DurationMillis auto_watermark_interval_ms = kAutoWatermarkIntervalDefaultMs;  // how often Watermark events travel
  // Splits turn idle at barriers only, so that an epoch knows which were. Requires: barriers come by themselves.
  bool idle_at_barriers = false;
  bool late_rows_merged = false;  // rows are judged by the minimum over splits, not by their own split's watermark
  EvaluationContext evaluation;
  AlignmentGroup* alignment_group = nullptr;  // borrowed; null: SourceSpec::alignment is null
  MemoryBudget* budget = nullptr;  // of the job; borrowed; null: nothing is counted, and the source never waits for it
};

// End of a bounded source: kMaxWatermark (operators finish) ▸ final barrier ▸ its epoch is decided ▸ EndOfInput.
class SourceTask final : public Task {
 public:
  SourceTask(TaskOptions options, Environment& environment, TaskReports& reports, const SourceSpec& spec,
             SourceTaskOptions source);
  // `head` takes all events; it belongs to the chain.
  void set_head(EventTarget& head) { head_ = &head; }
  // `rejected` takes records that could not be read (rejected_record_schema()) and control events; it belongs to the
  // chain.
  void set_rejected(EventTarget& rejected) { rejected_ = &rejected; }
  // Before start: splits of this subtask, and counters to go on from.
  void add_splits(const std::vector<SplitProgress>& splits);
  // Before start, when its splits have been added: says that it is idle where it has none. Who merges several subtasks
  // takes that before any row, so that merged watermarks do not depend on which task runs first.
  void announce_idleness();
  void restore_counters(const std::map<std::string, int64_t>& counters);

  // Mail. Any thread.
  void post_splits(std::vector<SplitProgress> splits);
  // The enumerator finds no more splits, though SourceTaskOptions::splits_may_come.
  void post_no_more_splits();
  // Sends a barrier before the next rows. After one of kind kFinal nothing more is read.
  void post_barrier(Barrier barrier);
  // The final epoch is decided: ends the stream.
  void post_end();
  // Polls again, though the reader said to wait.
  void post_poll();

  const SourceTaskOptions& source_options() const { return source_; }
  const OperatorCounters& counters() const { return counters_; }
  // Records between what was read and the present end (pendingRecords), -1: not known. Any thread.
  int64_t pending_records() const { return pending_records_.load(std::memory_order_relaxed); }
  EpochMillis output_watermark() const { return output_watermark_.load(std::memory_order_relaxed); }

 private:
  void connected() override;
  Taken take_event() override;
  void seal_input(TaskSnapshot& snapshot) override;
  void inspect_input(TaskInspection& inspection) const override;

  void send_barrier(const Barrier& barrier);
  void take_result(ReadResult result);
  void take_rows(std::string_view split, const Batch& raw);
  // Tells the group how far this task is, and has the reader hold what is too far ahead. Returns whether all of it is.
  bool align();
  void note_pending();
  // Sends Watermark and Idleness as far as they have changed. `due_only`: a watermark only at its interval.
  void publish_time(bool due_only);
  void drain();

  const SourceTaskOptions source_;
  const SourceProjection projection_;
  std::unique_ptr<Reader> reader_;
  MemoryCharge reader_charge_;  // what the reader holds
  size_t source_number_ = 0;    // in the budget
  SplitWatermarks splits_;
  std::vector<Split> ended_;  // splits whose readers tell where
  std::optional<AlignedReading> aligned_;
  std::set<std::string, std::less<>> held_;  // splits that are too far ahead
  bool aligned_holds_all_ = false;
  EvaluationContext evaluation_;
  OperatorCounters counters_;
  std::atomic<int64_t>& rows_out_;
  std::atomic<int64_t>& batches_out_;
  int64_t errors_counted_ = 0;  // of the reader's records_in_errors()
  EventTarget* head_ = nullptr;
  EventTarget* rejected_ = nullptr;                           // null: nobody takes them
  std::atomic<EpochMillis> output_watermark_ = kNoWatermark;  // last sent
  EpochMillis watermark_sent_at_ = 0;
  bool idle_sent_ = false;
  std::atomic<int64_t> pending_records_ = -1;
  bool splits_may_come_ = false;
  bool drained_ = false;
  bool reached_end_ = false;  // as in TaskInspection
  bool stopped_ = false;      // the final barrier has been sent
  bool end_ = false;          // its epoch is decided
};

}  // namespace tidemill
