// job/starting_point.h - where an attempt begins. Rule: a job goes on from its own newest checkpoint; what a user named
// with --from counts until there is one, so that the same command may be run again after a crash.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/checkpoint_directory.h"

namespace tidemill {

struct RecoveryOptions {
  std::string from = {};          // execution.state-recovery.path; empty: none
  bool fresh = false;             // pass over the checkpoints of the job's own directory
  bool allow_state_loss = false;  // execution.state-recovery.ignore-unclaimed-state
};

struct StartingPoint {
  std::optional<Manifest> manifest = {};   // nullopt: the start
  std::string directory = {};              // that its files of state are named relative to
  std::string place = {};                  // for people: "checkpoint 7 in 'ck'"
  std::string began_from = {};             // RecoveryPoint::identity of what the job once began from; empty: the start
  int64_t first_epoch = 1;                 // greater than any before
  std::string note = {};                   // what the user should know of it; empty: nothing
  std::vector<std::string> warnings = {};  // damaged checkpoints that were passed over
};

// `own`: the job's directory of checkpoints, nullptr: it has none; with `fresh` its checkpoints are passed over for
// good. Blocks. Throws UserError for what is named and cannot be used, where no own checkpoint is good, and where
// `from` would go back behind own checkpoints.
StartingPoint find_starting_point(FileSystem& files, CheckpointDirectory* own, const RecoveryOptions& options);

}  // namespace tidemill
