// env/faults.h - places where a test may make things go wrong. Rule: every place has a name; in production nothing
// happens.
#pragma once
#include <string_view>

namespace tidemill {

class Faults {
 public:
  virtual ~Faults() = default;
  // Returns whether the fault `name` strikes now. Production: always false. Any thread.
  virtual bool maybe(std::string_view name) = 0;
};

}  // namespace tidemill
