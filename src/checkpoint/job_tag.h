// checkpoint/job_tag.h - what tells the job of one checkpoint directory from all others. Rule: drawn once, when the
// directory is first used; it moves with the directory.
#pragma once
#include <cstdint>
#include <string>

#include "env/file_system.h"
#include "env/random.h"

namespace tidemill {

// Returns the tag that the file `tag` in the directory holds, drawn from `random` where there is none yet. Requires:
// the directory is locked. Blocks. Throws TransientError.
uint64_t job_tag(FileSystem& files, Random& random, const std::string& directory);

}  // namespace tidemill
