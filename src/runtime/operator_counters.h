// runtime/operator_counters.h - the counters of one operator's subtask. Rule: one writer, the task; any thread may
// read.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "operators/operator.h"

namespace tidemill {

// Names under which the runtime itself counts (Flink's where Flink has one). What operators count: row_outcomes.h.
namespace counter {
inline constexpr std::string_view kRecordsIn = "numRecordsIn";
inline constexpr std::string_view kRecordsOut = "numRecordsOut";
inline constexpr std::string_view kBatchesIn = "numBatchesIn";
inline constexpr std::string_view kBatchesOut = "numBatchesOut";
inline constexpr std::string_view kLateRecordsDropped = "numLateRecordsDropped";
inline constexpr std::string_view kRecordsInErrors = "numRecordsInErrors";
inline constexpr std::string_view kNullRowtimeDropped = "numNullRowtimeRecordsDropped";
inline constexpr std::string_view kNullRowtimeSkipped = "numNullRowtimeRecordsSkipped";
}  // namespace counter

class OperatorCounters final : public OperatorMetrics {
 public:
  // Returns the counter of this name, made at 0 where there is none; valid as long as this lives. Task thread.
  std::atomic<int64_t>& counter(std::string_view name);
  void add(std::string_view name, int64_t amount) override {
    counter(name).fetch_add(amount, std::memory_order_relaxed);
  }
  // Returns 0 where there is none. Any thread.
  int64_t value(std::string_view name) const;
  // Returns all counters by name. Any thread.
  std::map<std::string, int64_t> all() const;

 private:
  struct Counter {
    std::string name;
    std::atomic<int64_t> value = 0;
  };
  mutable std::mutex mutex_;      // guards adding to counters_ against readers
  std::deque<Counter> counters_;  // few; addresses are stable
};

}  // namespace tidemill
