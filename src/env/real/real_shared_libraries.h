// env/real/real_shared_libraries.h - the dynamic loader. Rule: the program's folder, its lib/ and ../lib/, in this
// order, and no other place.
#pragma once
#include "env/shared_libraries.h"

namespace tidemill {

class RealSharedLibraries final : public SharedLibraries {
 public:
  void* entry(const std::string& library, const std::string& entry, const std::string& hint) override;
};

}  // namespace tidemill
