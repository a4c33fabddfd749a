// sim/committed_sink.h - a sink that shows rows only when their epoch is decided, and the world outside that sees them.
// Rule: an epoch is shown once, however often it is finished.
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
  // Shows the rows of an epoch, unless it was shown before.
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
};

// `rows` is borrowed.
std::shared_ptr<const Sink> make_committed_sink(CommittedRows& rows);

}  // namespace tidemill::sim
