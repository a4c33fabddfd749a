// sim/committed_sink.h - a sink that shows rows only when their epoch is decided, and the world outside that sees them.
// Rule: an epoch is shown once, however often it is finished; what is shown was decided.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/spi/sink.h"

namespace tidemill::sim {

// Outlives every attempt. Any thread.
class CommittedRows {
 public:
  CommittedRows() = default;
  CommittedRows(const CommittedRows& other) { take(other); }
  // Has seen what `other` has, and nothing else.
  void take(const CommittedRows& other);
  // From now on a restart at an older checkpoint takes back what later epochs have shown. Otherwise it is an error that
  // the engine shows an epoch and then goes on from an earlier one.
  void allow_taking_back() { taking_back_ = true; }
  // Says that the job goes on from this epoch. Throws EngineError where a later one was shown.
  void restart(int64_t decided_epoch);
  // Shows the rows of an epoch, unless it was shown before. Throws EngineError where it had other rows then.
  void commit(int64_t epoch, std::vector<std::string> rows);
  // Returns the rows shown, in the order of epochs, as data/pretty.h writes them.
  std::vector<std::string> rows() const;
  // Returns the rows that remain after every retraction took back its row; sorted, as "a | 1".
  std::vector<std::string> folded() const;
  int64_t epochs() const;
  // While held, writers take no rows.
  void hold(bool held) { held_.store(held); }
  bool held() const { return held_.load(); }

 private:
  mutable std::mutex mutex_;
  std::map<int64_t, std::vector<std::string>> epochs_;
  std::atomic<bool> held_ = false;
  bool taking_back_ = false;
};

// `rows` is borrowed.
std::shared_ptr<const Sink> make_committed_sink(CommittedRows& rows);

}  // namespace tidemill::sim
