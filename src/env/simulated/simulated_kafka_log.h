// env/simulated/simulated_kafka_log.h - the log of one partition, as a Kafka broker keeps it. Rule: offsets are given
// once and never change; a transaction's end takes an offset of its own (a control record).
#pragma once
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "env/kafka.h"

namespace tidemill {

class SimulatedKafkaLog {
 public:
  enum class State : uint8_t { kPlain, kOpen, kCommitted, kAborted, kControl };
  struct Entry {
    std::string key;
    std::string value;
    bool null_key = true;
    bool null_value = false;
    EpochMillis timestamp = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    State state = State::kPlain;
    int64_t producer = 0;  // of a transaction
  };

  // Appends a message; an entry with a producer belongs to that producer's open transaction.
  void append(Entry entry);
  // Ends the producer's transaction in this log, where it has one.
  void end_transaction(int64_t producer, bool committed);
  // Removes everything before `offset`, as retention does.
  void remove_before(int64_t offset);

  int64_t begin() const { return begin_; }
  int64_t end() const { return begin_ + static_cast<int64_t>(entries_.size()); }
  // Where a reader must stop: the first message of an open transaction, or the end.
  int64_t stable_end() const;
  // Requires: begin() <= offset < end(). The entry stays where it is.
  const Entry& at(int64_t offset) const { return entries_[static_cast<size_t>(offset - begin_)]; }
  // Returns how many transactions are open.
  size_t open_transactions() const { return open_.size(); }

 private:
  int64_t begin_ = 0;
  std::deque<Entry> entries_;
  std::map<int64_t, int64_t> open_;  // by producer: first offset
};

}  // namespace tidemill
