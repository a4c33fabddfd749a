// runtime/edge_output.h - the producer's end of one edge: hands events to the channels of the consumer's subtasks.
// Rule: control goes to every channel, after the rows before it.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/batching.h"
#include "runtime/channel.h"
#include "runtime/event_target.h"

namespace tidemill {

// Rows and batches that left over one edge, for the metric rows per batch. Any thread may read.
struct EdgeCounters {
  std::atomic<int64_t> rows = 0;
  std::atomic<int64_t> batches = 0;
};

// Task thread only, but for counters().
class EdgeOutput : public EventTarget {
 public:
  // Channels are borrowed.
  explicit EdgeOutput(std::vector<Channel*> channels) : channels_(std::move(channels)) {}

  void accept(Event event) final;
  // Returns whether some channel is full; the task is woken when that changes.
  bool full();
  // Sends rows that still wait for company. `now` in wall ms: only where the oldest is overdue; nullopt: all.
  virtual void flush(std::optional<EpochMillis> now) { (void)now; }
  const EdgeCounters& counters() const { return counters_; }
  const std::vector<Channel*>& channels() const { return channels_; }

 protected:
  // Takes rows.
  virtual void route(Batch batch) = 0;
  void send(size_t target, Batch batch);

 private:
  std::vector<Channel*> channels_;
  EdgeCounters counters_;
};

// One batch to one channel: kForward, kGather with one channel, kRebalance with one a subtask.
class RoundRobinOutput final : public EdgeOutput {
 public:
  // `first`: the channel that takes the first batch, so that producers do not all begin with the same one.
  RoundRobinOutput(std::vector<Channel*> channels, size_t first)
      : EdgeOutput(std::move(channels)), next_(first % this->channels().size()) {}

 private:
  void route(Batch batch) override;
  size_t next_;
};

}  // namespace tidemill
