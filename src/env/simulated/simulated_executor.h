// env/simulated/simulated_executor.h - runs everything on one thread in an order drawn from a seed. Rule: a run depends
// on the seed and on nothing else; the clock moves only when nothing can run.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "env/executor.h"
#include "env/random.h"
#include "env/simulated/simulated_clock.h"

namespace tidemill {

// One thread only. What is ready (woken tasklets, finished I/O, due timers) is picked at random, by a policy that is
// itself drawn from the seed: any of them alike, the same one again for long, or by random priorities (after Burckhardt
// et al., "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010).
class SimulatedExecutor final : public Executor {
 public:
  // `clock` is borrowed.
  SimulatedExecutor(SimulatedClock& clock, uint64_t seed);

  TaskletId spawn(std::unique_ptr<Tasklet> tasklet, int32_t worker_hint = 0) override;
  void wake(TaskletId id) override;
  void at(EpochMillis time, std::function<void()> call) override;
  // `work` runs some steps later, `done` some steps after that.
  void block(std::function<void()> work, std::function<void(std::exception_ptr)> done) override;
  // Throws EngineError when tasklets are left, none is ready and no timer is set: a wake-up was lost.
  void run(const std::function<bool()>& stop) override;

  // Drops all tasklets, timers and calls, as a kill of the process does.
  void crash();
  // Returns steps taken so far, by all runs.
  int64_t steps() const { return steps_; }
  // Returns a hash of every choice made so far: two runs of one seed must agree.
  uint64_t trace_hash() const { return trace_hash_; }
  // Returns whether nothing is left to do before the clock moves.
  bool quiet() const { return ready_.empty() && (timers_.empty() || timers_.begin()->first > clock_.now()); }

 private:
  enum class Policy : uint8_t { kUniform, kSticky, kPriorities };
  struct Item {
    TaskletId id;                // -1: a call
    std::function<void()> call;  // where id is -1
    uint64_t priority = 0;
  };
  struct Record {
    std::unique_ptr<Tasklet> tasklet;
    bool queued = false;
    bool running = false;
    bool notified = false;
    uint64_t priority = 0;
  };

  size_t choose();
  void make_ready(TaskletId id);
  void call_soon(std::function<void()> call);
  void run_item(Item item);
  void collect_due_timers();
  bool advance_clock();

  SimulatedClock& clock_;
  SeededRandom random_;
  Policy policy_;
  std::vector<Item> ready_;
  std::map<TaskletId, Record> tasklets_;
  std::multimap<EpochMillis, std::function<void()>> timers_;  // equal times keep the order of at()
  TaskletId next_id_ = 0;
  TaskletId last_ = -1;
  int64_t steps_ = 0;
  uint64_t trace_hash_ = 0;
};

}  // namespace tidemill
