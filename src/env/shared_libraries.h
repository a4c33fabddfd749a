// env/shared_libraries.h - libraries of Tidemill's own that few jobs need, loaded by the first that does. Rule: they
// are found beside the program, never where somebody else may put one, and stay loaded.
#pragma once
#include <string>

namespace tidemill {

class SharedLibraries {
 public:
  virtual ~SharedLibraries() = default;
  // Returns the address of the function `entry` of a library ("libtidemill_x.so"). Throws UserError where it is not
  // there or cannot be loaded; `hint` says how to come by it. Blocks; any thread.
  virtual void* entry(const std::string& library, const std::string& entry, const std::string& hint) = 0;
};

}  // namespace tidemill
