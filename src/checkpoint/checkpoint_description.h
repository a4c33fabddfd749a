// checkpoint/checkpoint_description.h - what a checkpoint holds, for people and programs. Rule: says names, numbers and
// positions; no row of state.
#pragma once
#include <string>

#include "checkpoint/recovery_point.h"

namespace tidemill {

struct CheckpointDescription {
  std::string text;  // several lines, without the last line end
  std::string json;  // one line
};

// Describes a checkpoint: its operators with their tables, records and bytes; its sources with their splits, positions
// and watermarks; what sinks have prepared. Blocks. Throws UserError where state is damaged.
CheckpointDescription describe_checkpoint(FileSystem& files, const RecoveryPoint& point);

}  // namespace tidemill
