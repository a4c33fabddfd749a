// env/durable_name.h - directories that are still there after a power cut. Rule: a directory is durable only once every
// directory on the way to it was synced.
#pragma once
#include <string>

#include "env/file_system.h"

namespace tidemill {

// Makes the name of `path` durable, and those of the directories above it, whoever made them: an earlier process may
// have died before it could. What this process may not read was made by somebody else, and is passed over. Blocks.
// Requires: `path` exists. Throws TransientError where a sync fails.
void make_name_durable(FileSystem& files, const std::string& path);

}  // namespace tidemill
