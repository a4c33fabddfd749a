// checkpoint/recovery_point.h - a checkpoint or savepoint that a user names. Rule: nothing is changed or deleted; what
// cannot be used is refused with its path, the reason, and what to do.
#pragma once
#include <string>
#include <vector>

#include "checkpoint/manifest.h"
#include "env/file_system.h"

namespace tidemill {

struct RecoveryPoint {
  Manifest manifest;
  std::string path;                      // of the checkpoint itself: the directory with its _metadata
  std::string directory;                 // that its files of state are named relative to
  std::string identity;                  // the same for every copy of it, and for no other: 16 hexadecimal digits
  std::vector<std::string> passed_over;  // damaged newer checkpoints of the directory that was named, and why
};

// How much of a checkpoint is read before it is called good.
enum class PointCheck : uint8_t {
  kEveryByte,
  kManifest,  // whoever reads state verifies what it reads
};

// Finds the checkpoint that `path` names: a savepoint, one checkpoint (chk-<n>), or a directory of checkpoints, of
// which it takes the newest good one. Blocks. Throws UserError for what is none of these, is damaged, of a newer
// format, or cannot be read.
RecoveryPoint find_recovery_point(FileSystem& files, const std::string& path,
                                  PointCheck check = PointCheck::kEveryByte);

// Returns the identity of the checkpoint or savepoint at `path` without reading its state; empty where `path` is a
// directory of several, or is gone. Throws UserError where it is damaged.
std::string recovery_identity(FileSystem& files, const std::string& path);

// Describes it for people: "savepoint 'path' (checkpoint 7 of job 'x')".
std::string recovery_point_text(const RecoveryPoint& point);

}  // namespace tidemill
