// env/simulated/simulated_shared_libraries.h - no libraries, unless a test lends the real ones.
#pragma once
#include "base/error.h"
#include "env/shared_libraries.h"

namespace tidemill {

class SimulatedSharedLibraries final : public SharedLibraries {
 public:
  // `libraries` is borrowed.
  void lend(SharedLibraries& libraries) { lent_ = &libraries; }
  void* entry(const std::string& library, const std::string& entry, const std::string& hint) override {
    if (lent_ == nullptr) throw UserError("'" + library + "' is not there in a simulated environment", hint);
    return lent_->entry(library, entry, hint);
  }

 private:
  SharedLibraries* lent_ = nullptr;
};

}  // namespace tidemill
