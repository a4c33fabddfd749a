// runtime/task_inspection.h - how one task stands, as plain data: what it has seen of event time and what it waits for.
// Rule: taken on the task's thread between two events, so that its parts belong together.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "operators/operator.h"

namespace tidemill {

// One split of a source, as its reader stands.
struct SplitInspection {
  std::string id;
  EpochMillis watermark = kNoWatermark;
  bool idle = false;
  std::optional<EpochMillis> caught_up_since;  // wall ms; nullopt: rows are left, or it was not looked at yet
  EpochMillis newest = kNoWatermark;           // the highest event time of a row read in this attempt
};

struct OperatorInspection {
  std::string id;
  std::string name;
  int32_t subtask = 0;
  EpochMillis watermark = kNoWatermark;   // merged over its inputs
  std::optional<NextFiring> next_firing;  // of windows
};

// Why a task takes no new event.
enum class TaskBlock : uint8_t {
  kNone,
  kOutputFull,  // the task behind it does not keep up
  kSinkBusy,    // the sink takes no rows for now
  kPreparing,   // a sink writes an epoch to its end
};

struct TaskInspection {
  int32_t number = 0;
  std::string name;
  TaskBlock block = TaskBlock::kNone;
  int32_t inputs_blocked = 0;  // channels that wait at a barrier for the others
  bool drained = false;        // a source that has read all there is
  bool reached_end = false;    // a source that has been at the present end of each of its splits once

  // Of a source: its identity and its splits by id.
  std::string source_id;
  std::string source_name;
  std::vector<SplitInspection> splits;
  EpochMillis newest = kNoWatermark;           // as in SplitInspection, of splits that have ended too
  std::optional<DurationMillis> idle_timeout;  // a split without rows for so long holds nothing back
  std::optional<int64_t> pending_records;      // as Reader::pending_records()
  std::string problem;                         // as Reader::problem()

  std::vector<OperatorInspection> operators;  // from the head of the chain on
};

}  // namespace tidemill
