#include "tests/chaos/injected_faults.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>

#include "base/check.h"
#include "base/error.h"

namespace tidemill::chaos {
namespace {

constexpr int64_t kLoggedMax = 5;  // times that each name is written to the log

// What the engine itself names: the steps of an epoch and of a start.
constexpr std::string_view kSteps[] = {
    "epoch.acknowledged",
    "epoch.beginning",
    "epoch.begun",
    "epoch.completed",
    "epoch.decided",
    "epoch.deciding",
    "epoch.finished",
    "epoch.last_completed",
    "epoch.sink_finished",
    "epoch.sinks_finished",
    "source.switched",
    "source.switching",
    "start.begun",
    "start.locked",
    "start.manifest_read",
    "start.sink_recovered",
    "start.splits_found",
    "start.started",
    "start.transaction_settled",
    "start.state_opened",
    "start.state_restored",
    "task.aligned",
    "task.saved",
    "task.prepared",
    "task.preparing",
    "task.sealed",
    "transaction.committed",
    "transaction.committing",
    "transaction.fenced",
    "transaction.fencing",
    "transaction.prepared",
    "transaction.recording",
};

// Calls of the file system, by what they are made for; "done" is behind the call.
constexpr std::string_view kCalls[] = {
    "append.manifest",   "append.part",        "append.state",         "close.manifest",     "close.part",
    "close.state",       "create.checkpoints", "create.epoch",         "create.sink",        "list.checkpoints",
    "list.epoch",        "list.sink",          "lock.checkpoints",     "open.input",         "open.manifest",
    "open.state",        "read.input",         "read.manifest",        "read.state",         "remove.epoch",
    "remove.epoch.done", "remove.manifest",    "remove.manifest.done", "remove.part",        "remove.state",
    "remove.state.done", "rename.manifest",    "rename.manifest.done", "rename.part",        "rename.part.done",
    "scratch.open",      "scratch.read",       "scratch.write",        "sync.checkpoints",   "sync.checkpoints.done",
    "sync.epoch",        "sync.epoch.done",    "sync.manifest",        "sync.manifest.done", "sync.part",
    "sync.part.done",    "sync.sink",          "sync.sink.done",       "sync.state",         "sync.state.done",
    "write.manifest",    "write.part",         "write.state",          "any.call",
};

}  // namespace

const std::vector<std::string>& fault_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all(std::begin(kSteps), std::end(kSteps));
    all.insert(all.end(), std::begin(kCalls), std::end(kCalls));
    std::sort(all.begin(), all.end());
    return all;
  }();
  return names;
}

InjectedFaults::InjectedFaults(std::string_view faults, std::string log) : log_(std::move(log)) {
  while (!faults.empty()) {
    const size_t comma = std::min(faults.find(','), faults.size());
    add(faults.substr(0, comma));
    faults.remove_prefix(std::min(comma + 1, faults.size()));
  }
}

void InjectedFaults::add(std::string_view fault) {
  const size_t first = fault.find(':');
  const size_t second = fault.rfind(':');
  int64_t nth = 0;
  if (first != std::string_view::npos && second > first)
    std::from_chars(fault.data() + first + 1, fault.data() + second, nth);
  const std::string name(fault.substr(0, first));
  const std::string_view action = second == std::string_view::npos ? std::string_view() : fault.substr(second + 1);
  const bool known = std::binary_search(fault_names().begin(), fault_names().end(), name);
  if (nth < 1 || !known || (action != "kill" && action != "error" && action != "errors"))
    throw UserError(fmt::format("'{}' is no fault", fault), "Write name:nth:kill|error|errors, of a known name");
  faults_[name].push_back({nth, action == "kill"    ? Action::kKill
                                : action == "error" ? Action::kError
                                                    : Action::kErrors});
}

void InjectedFaults::log(std::string_view name) const {
  const int file = ::open(log_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  CHECK_MSG(file >= 0, "cannot write '{}'", log_);
  const std::string line = std::string(name) + "\n";
  CHECK_EQ(::write(file, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  ::close(file);
}

bool InjectedFaults::maybe(std::string_view name) {
  if (!std::binary_search(fault_names().begin(), fault_names().end(), name)) return false;  // of the simulation
  const std::lock_guard lock(mutex_);
  const int64_t passed = ++passed_[std::string(name)];
  if (!log_.empty() && passed <= kLoggedMax) log(name);
  const auto found = faults_.find(name);
  if (found == faults_.end()) return false;
  bool strikes = false;
  for (const Fault& fault : found->second) {
    if (fault.nth == passed && fault.action == Action::kKill) ::raise(SIGKILL);
    strikes = strikes || fault.nth == passed || (fault.action == Action::kErrors && passed > fault.nth);
  }
  return strikes;
}

}  // namespace tidemill::chaos
