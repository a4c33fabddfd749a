// runtime/task_snapshot.h - what one task gives to a checkpoint. Rule: plain data; where the bytes of state lie, what
// sinks have prepared, how far splits were read.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "connectors/spi/sink.h"
#include "connectors/spi/source.h"

namespace tidemill {

// `bytes` bytes of a file from `offset`.
struct StateSection {
  std::string file;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t checksum = 0;  // SectionChecksum of them
  bool operator==(const StateSection&) const = default;
};

// The state of one operator's subtask: a section with all of it, then those of what changed since the one before.
struct StatePart {
  std::string operator_id;
  int32_t subtask = 0;
  std::vector<StateSection> sections;
  bool operator==(const StatePart&) const = default;
};

// What a sink's subtask has prepared.
struct SinkPart {
  std::string operator_id;
  int32_t subtask = 0;
  std::vector<Committable> committables;
  bool operator==(const SinkPart&) const = default;
};

// A split with its event time: the greatest value of the watermark expression over the rows read.
struct SplitProgress {
  Split split;
  EpochMillis watermark = kNoWatermark;
  bool idle = false;
  bool operator==(const SplitProgress&) const = default;
};
struct SourcePart {
  std::string operator_id;
  std::vector<SplitProgress> splits;  // those that have not ended
  std::map<std::string, int64_t> counters;
  std::vector<Split> ended = {};  // in this attempt, and where, as far as readers tell (ReadResult::end_position)
  bool operator==(const SourcePart&) const = default;
};

struct TaskSnapshot {
  std::vector<StatePart> states;
  std::vector<SinkPart> sinks;
  std::vector<SourcePart> sources;
};

}  // namespace tidemill
