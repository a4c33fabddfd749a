// checkpoint/savepoint.h - a complete copy of one checkpoint in a directory of its own. Rule: it needs nothing outside,
// the engine never deletes it, and it is there when its _metadata is.
//
//   <directory>/chk-<epoch>/<task>.state   the files of state, named as in the checkpoint
//   <directory>/_metadata                  the manifest, of kind "savepoint"
//
// It is made of a checkpoint whose outputs are finished, and so names nothing that sinks have prepared: whoever begins
// from it, whenever, finishes nothing of an older run.
#pragma once
#include <string>
#include <string_view>

#include "checkpoint/manifest.h"
#include "env/file_system.h"
#include "env/random.h"

namespace tidemill {

constexpr std::string_view kSavepointKind = "savepoint";  // of its manifest
constexpr std::string_view kSavepointsDirectory =
    "savepoints";  // in the directory of checkpoints, where no other is set

// Returns a name that no other savepoint has: "savepoint-<start of the job's id>-<12 hexadecimal digits>", as Flink.
std::string savepoint_name(std::string_view job_id, Random& random);

// Copies the checkpoint of `manifest` (its files lie in the directory of checkpoints `checkpoints`) to the new
// directory `directory`, verifies the copy, and writes its manifest. Blocks. Throws UserError or TransientError; what
// it wrote is then removed, as far as that is possible.
void write_savepoint(FileSystem& files, const std::string& checkpoints, Manifest manifest,
                     const std::string& directory);

}  // namespace tidemill
