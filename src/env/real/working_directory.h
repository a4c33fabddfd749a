// env/real/working_directory.h - where relative paths begin. Rule: asked only for what is told to another process.
#pragma once
#include <string>

namespace tidemill {

// Returns the path from the root on. A path that begins there comes back as it is; so does any, where the working
// directory is gone. Any thread.
std::string absolute_path(const std::string& path);

}  // namespace tidemill
