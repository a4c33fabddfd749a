#include "env/durable_name.h"

#include "base/error.h"

namespace tidemill {
namespace {

// Returns the directory that `path` lies in, "." where that is the working directory, empty where there is none.
std::string directory_of(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path == "/" || path == "." || path.empty()) return "";
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

void make_name_durable(FileSystem& files, const std::string& path) {
  for (std::string directory = directory_of(path); !directory.empty(); directory = directory_of(directory)) {
    try {
      files.sync_directory(directory);
    } catch (const UserError&) {
      // Not ours to read, so we did not make what is in it.
    }
  }
}

}  // namespace tidemill
