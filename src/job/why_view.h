// job/why_view.h - what the tasks of a job said, by source, window and operator. Rule: only gathers; what it means is
// why.cc's.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/why.h"

namespace tidemill {

struct SourceView {
  std::string id;
  std::string name;
  std::vector<SplitInspection> splits;  // by watermark; those that are idle last
  bool drained = true;
  EpochMillis newest = kNoWatermark;  // the highest event time read
  std::optional<DurationMillis> idle_timeout;
  std::optional<int64_t> pending_records;  // not read yet, where that is known
  std::string problem;                     // why nothing comes, as the source knows it

  // The split that the source's watermark waits for, nullptr where none is active.
  const SplitInspection* holder() const { return splits.empty() || splits.front().idle ? nullptr : &splits.front(); }
};

// The window that completes first, of the subtask that is furthest behind it.
struct WindowView {
  std::string id;
  std::string name;
  bool is_window = false;  // false: an operator that holds rows until their time has come, such as a join
  EpochMillis watermark = kMaxWatermark;
  NextFiring next;
  DurationMillis missing_ms(EpochMillis now) const {
    const EpochMillis reached = next.processing_time ? now : watermark;
    return reached == kNoWatermark ? kNoWatermark : std::max<DurationMillis>(0, next.fires_at - reached);
  }
};

struct OperatorView {
  std::string id;
  std::string name;
  int64_t in = 0;
  int64_t out = 0;
  bool is_source = false;
  bool is_sink = false;
  std::map<std::string, int64_t> late;  // by reason
  int64_t late_rows = 0;
};

// What the answer is read from, by operator instead of by task.
class WhyView {
 public:
  // `input` is borrowed and outlives this.
  explicit WhyView(const WhyInput& input);

  const WhyInput& input;
  std::vector<SourceView> sources;
  std::vector<WindowView> windows;
  std::vector<OperatorView> operators;  // in the order of the plan: sources, then the rest from head to end

  const JobMetrics& metrics() const { return input.status.metrics; }
  EpochMillis now() const { return input.status.now; }

  // The source whose watermark is lowest among those that have an active split.
  const SourceView* holding_source() const;
  // The source with the newest row, nullptr where no row had a time.
  const SourceView* newest_source() const;

 private:
  void add_source(const TaskInspection& task);
  void add_window(const OperatorInspection& op);
  void add_operator(const OperatorSubtaskMetrics& subtask);
};

// Returns a short name of an operator for people: "WindowAggregate TUMBLE(ts, 5 s) by page" for "WindowAggregate(
// groupBy=[page], window=[TUMBLE(time_col=[ts], size=[5 s])], …)", the table for a scan or a sink.
std::string short_operator_name(std::string_view name);

}  // namespace tidemill
