#include "runtime/operator_counters.h"

namespace tidemill {

std::atomic<int64_t>& OperatorCounters::counter(std::string_view name) {
  for (Counter& counter : counters_)  // no lock: only this thread adds
    if (counter.name == name) return counter.value;
  const std::lock_guard lock(mutex_);
  Counter& added = counters_.emplace_back();
  added.name = name;
  return added.value;
}

int64_t OperatorCounters::value(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (const Counter& counter : counters_)
    if (counter.name == name) return counter.value.load(std::memory_order_relaxed);
  return 0;
}

std::map<std::string, int64_t> OperatorCounters::all() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, int64_t> values;
  for (const Counter& counter : counters_) values[counter.name] = counter.value.load(std::memory_order_relaxed);
  return values;
}

}  // namespace tidemill
