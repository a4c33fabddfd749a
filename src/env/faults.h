// env/faults.h - places where a test may make things go wrong. Rule: every place has a name; in production nothing
// happens.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidemill {

class Faults {
 public:
  virtual ~Faults() = default;
  // Returns whether the fault `name` strikes now. Production: always false. Any thread.
  virtual bool maybe(std::string_view name) = 0;
};

// A place, between two steps of an epoch or of a recovery, where a test may kill the process or make the step fail.
// Throws TransientError where the fault strikes. Any thread; never on a row's path.
inline void fail_point(Faults& faults, std::string_view name) {
  if (faults.maybe(name)) throw TransientError("The fault '" + std::string(name) + "' was injected");
}

}  // namespace tidemill
