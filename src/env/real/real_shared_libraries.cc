#include "env/real/real_shared_libraries.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"

namespace tidemill {

void* RealSharedLibraries::entry(const std::string& library, const std::string& entry, const std::string& hint) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& place : {folder / library, folder / "lib" / library, folder.parent_path() / "lib" / library}) {
    if (!fs::exists(place, error)) continue;
    void* const loaded = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed
    if (loaded == nullptr) throw UserError(fmt::format("'{}' cannot be loaded: {}", place.string(), dlerror()), hint);
    void* const found = dlsym(loaded, entry.c_str());
    if (found == nullptr) throw UserError(fmt::format("'{}' has no '{}'", place.string(), entry), hint);
    return found;
  }
  throw UserError(fmt::format("'{}' is not beside the program, in '{}'", library, folder.string()), hint);
}

}  // namespace tidemill
