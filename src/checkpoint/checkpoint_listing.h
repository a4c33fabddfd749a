// checkpoint/checkpoint_listing.h - what lies in a directory of checkpoints, for people and tools. Rule: reads, and
// changes nothing; what cannot be read is listed with the reason.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/manifest.h"
#include "env/file_system.h"

namespace tidemill {

enum class CheckpointCondition : uint8_t {
  kComplete,    // its manifest verifies; of its state nothing is known until it is verified
  kIncomplete,  // never decided
  kNeeded,      // none any more: newer ones build on its files
  kDamaged,
  kPassedOver,  // by a fresh start
};
std::string_view condition_text(CheckpointCondition condition);

struct ListedCheckpoint {
  std::string path;
  std::string directory;             // that its files of state are named relative to
  int64_t epoch = 0;                 // 0: not known
  int64_t bytes = 0;                 // of the files in it
  EpochMillis modified = 0;          // wall ms
  std::optional<Manifest> manifest;  // nullopt: incomplete or damaged
  CheckpointCondition condition = CheckpointCondition::kComplete;
  std::string problem;  // why it is damaged
};

// Lists what `path` is or holds: one checkpoint or savepoint, or a directory of them, with the savepoints in its folder
// `savepoints`; checkpoints by epoch, then savepoints by name. Blocks. Throws UserError where `path` is no directory.
std::vector<ListedCheckpoint> list_checkpoints(FileSystem& files, const std::string& path);

// Reads every byte of a complete checkpoint. Blocks. Returns what is damaged, a line each: file, bytes, offset.
std::vector<std::string> verify_checkpoint(FileSystem& files, const ListedCheckpoint& checkpoint);

}  // namespace tidemill
