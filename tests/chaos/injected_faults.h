// chaos/injected_faults.h - faults in the real program, as its environment variables ask for them. Rule: every name is
// in the list, so that a test can try them all.
//
//   TIDEMILL_FAULTS     name:nth:action, … separated by commas; the nth time the program comes past `name`
//     kill              it dies by SIGKILL there
//     error             the call fails
//     errors            it fails from then on
//   TIDEMILL_FAULT_LOG  a file that gets a line with the name, each of the first times a name is come past
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "env/faults.h"

namespace tidemill::chaos {

// Returns all names, sorted.
const std::vector<std::string>& fault_names();

// Any thread.
class InjectedFaults final : public Faults {
 public:
  // Throws UserError for faults that are not written as above, and for unknown names.
  InjectedFaults(std::string_view faults, std::string log);

  bool maybe(std::string_view name) override;

 private:
  enum class Action : uint8_t { kKill, kError, kErrors };
  struct Fault {
    int64_t nth;
    Action action;
  };

  void add(std::string_view fault);
  void log(std::string_view name) const;

  std::mutex mutex_;
  std::map<std::string, std::vector<Fault>, std::less<>> faults_;
  std::map<std::string, int64_t, std::less<>> passed_;  // by name: how often
  const std::string log_;
};

}  // namespace tidemill::chaos
