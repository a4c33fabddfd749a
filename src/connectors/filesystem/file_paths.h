// connectors/filesystem/file_paths.h - which files a path means. Rule: a file, every file below a directory, or what a
// glob matches; hidden ones (. and _ in front, as in Flink) only where they are named; always in the same order.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "env/file_system.h"

namespace tidemill {

// Returns the path of the local file system that an option means: "file:///a" is "/a". Throws UserError for another
// scheme.
std::string local_path(std::string_view path);

// True where the path has a wildcard: * ? [ .
bool is_glob(std::string_view path);

// Matches one name: * any characters, ? one, [a-z] [!a-z] one of a set.
bool matches_glob(std::string_view pattern, std::string_view name);

enum class FilesFound : uint8_t { kSome, kMissing, kNoneInDirectory, kNoMatch, kNoneInPartition };

struct FoundFiles {
  FilesFound outcome = FilesFound::kSome;
  std::vector<FileInfo> files;  // by path
};

// Lists the files that `path` means; `**` in a glob stands for any number of directories. May block.
FoundFiles find_files(FileSystem& files, const std::string& path);

}  // namespace tidemill
