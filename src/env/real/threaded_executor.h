// env/real/threaded_executor.h - runs tasklets on threads. Rule: a tasklet is stepped by one thread at a time, and only
// when it has something to do; the thread that calls run() is worker 0 and serves the timers.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "env/clock.h"
#include "env/executor.h"
#include "env/real/io_pool.h"
#include "env/real/tasklet_table.h"

namespace tidemill {

// Cooperative workers (after Hazelcast Jet's TaskletExecutionService) with a queue each; a worker without work takes
// from the others', then spins, yields and parks. A worker keeps the tasklet that it steps while nothing else is ready:
// queued after each step, it would go from core to core, and its state with it.
class ThreadedExecutor final : public Executor {
 public:
  // Requires: workers >= 1, io_threads >= 1. `clock` is borrowed. Threads start in run() and with the first block().
  ThreadedExecutor(const Clock& clock, int32_t workers, int32_t io_threads);
  // Waits for I/O work that runs; drops tasklets, timers and calls.
  ~ThreadedExecutor() override;

  TaskletId spawn(std::unique_ptr<Tasklet> tasklet, int32_t worker_hint = 0) override;
  void wake(TaskletId id) override;
  void at(EpochMillis time, std::function<void()> call) override;
  void block(std::function<void()> work, std::function<void(std::exception_ptr)> done) override;
  void run(const std::function<bool()>& stop) override;

 private:
  struct Worker {
    std::mutex mutex;
    std::deque<TaskletSlot*> queue;
  };
  struct Timer {
    EpochMillis time;
    int64_t order;  // equal times fire in the order of at()
    std::function<void()> call;
  };

  void enqueue(TaskletSlot* slot);
  // Counts a queued tasklet or call, and wakes a worker for it where none will look by itself.
  void note_ready();
  TaskletSlot* take(size_t worker);
  void call_soon(std::function<void()> call);
  bool run_one_call();
  // Returns the tasklet where it is to be stepped again at once, nullptr where it is parked or done.
  TaskletSlot* step(TaskletSlot* slot, size_t worker);
  // Does one thing; returns false when there was nothing. `own`: the tasklet that the worker keeps, out of any queue.
  bool work_once(size_t worker, TaskletSlot*& own);
  void work(size_t worker, const std::function<bool()>* stop);
  void wait_for_work(size_t worker);
  void notify_idle(bool all);
  // Moves due timers to the calls; returns when the next one is due.
  EpochMillis collect_due_timers();
  void fail(std::exception_ptr error);
  // Requires: no worker runs.
  void drop_everything();

  const Clock& clock_;
  TaskletTable table_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<int64_t> live_ = 0;   // tasklets that are not done
  std::atomic<int64_t> ready_ = 0;  // queued tasklets and calls
  std::atomic<bool> stopping_ = false;

  std::mutex calls_mutex_;
  std::deque<std::function<void()>> calls_;

  std::mutex timers_mutex_;
  std::vector<Timer> timers_;  // heap, earliest on top
  int64_t timers_added_ = 0;
  std::atomic<EpochMillis> next_timer_ = kMaxWatermark;  // time of the earliest, read without the lock

  std::mutex idle_mutex_;
  std::condition_variable idle_changed_;
  std::atomic<int32_t> idle_ = 0;
  uint64_t idle_signals_ = 0;  // guarded by idle_mutex_

  std::mutex failure_mutex_;
  std::exception_ptr failure_;

  IoPool io_pool_;  // last: its threads touch everything above
};

}  // namespace tidemill
