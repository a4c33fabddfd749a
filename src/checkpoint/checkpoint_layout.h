// checkpoint/checkpoint_layout.h - where things lie in a directory of checkpoints. Rule: names say everything: an epoch
// is the number in a directory's name, and a fresh start is a file's name.
//
//   <directory>/chk-<epoch>/_metadata   a checkpoint
//   <directory>/fresh-<epoch>           an empty file: what is older was passed over, and is of no concern any more
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "env/file_system.h"

namespace tidemill {

// Returns "<directory>/chk-<epoch>".
std::string checkpoint_path(std::string_view directory, int64_t epoch);
// Returns the epoch of a path that ends in chk-<epoch>, nullopt for others.
std::optional<int64_t> checkpoint_epoch_of(std::string_view path);
// Returns the directory that `path` lies in, "." where it names none.
std::string parent_path(const std::string& path);

// All below block, and throw what FileSystem throws.

// Returns the epochs that have a _metadata file, ascending, also those that were passed over.
std::vector<int64_t> checkpoint_epochs(FileSystem& files, const std::string& directory);
// Returns the oldest epoch that counts: 1, or that of the last fresh start.
int64_t fresh_epoch(FileSystem& files, const std::string& directory);
// Makes `epoch` the oldest one that counts, durably.
void set_fresh_epoch(FileSystem& files, const std::string& directory, int64_t epoch);
// Reads a file into memory.
std::string read_whole_file(FileSystem& files, const std::string& path);

}  // namespace tidemill
