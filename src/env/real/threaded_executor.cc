#include "env/real/threaded_executor.h"

#include <chrono>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr int32_t kSpinRounds = 4;   // some 3 µs where a pause takes 140 cycles: what a batch in flight needs to arrive
constexpr int32_t kYieldRounds = 1;  // then let others run
constexpr DurationMillis kStopPollMs = 50;  // how late run() notices that `stop` turned true while all is parked

// Tells the core that this is a spin loop.
void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

thread_local const ThreadedExecutor* working_for = nullptr;  // whose worker this thread is

struct LaterFirst {
  template <class Timer>
  bool operator()(const Timer& a, const Timer& b) const {
    return a.time != b.time ? a.time > b.time : a.order > b.order;
  }
};

}  // namespace

ThreadedExecutor::ThreadedExecutor(const Clock& clock, int32_t workers, int32_t io_threads)
    : clock_(clock), io_pool_(io_threads) {
  CHECK(workers >= 1 && io_threads >= 1);
  for (int32_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

ThreadedExecutor::~ThreadedExecutor() { table_.drop_all(); }

TaskletId ThreadedExecutor::spawn(std::unique_ptr<Tasklet> tasklet, int32_t worker_hint) {
  const auto worker = static_cast<int32_t>(static_cast<uint32_t>(worker_hint) % workers_.size());
  live_.fetch_add(1);
  const TaskletId id = table_.add(std::move(tasklet), worker);
  enqueue(table_.find(id));
  return id;
}

void ThreadedExecutor::wake(TaskletId id) {
  TaskletSlot* slot = table_.find(id);
  if (slot != nullptr && slot->notify()) enqueue(slot);
}

void ThreadedExecutor::enqueue(TaskletSlot* slot) {
  Worker& worker = *workers_[static_cast<size_t>(slot->worker.load(std::memory_order_relaxed))];
  {
    const std::lock_guard lock(worker.mutex);
    worker.queue.push_back(slot);
  }
  note_ready();
}

// A worker that makes the only thing ready looks for work itself when its step is done: waking another one would cost
// more than most steps, and what the step has written would go to another core.
void ThreadedExecutor::note_ready() {
  const bool only = ready_.fetch_add(1) == 0;
  if (!only || working_for != this) notify_idle(false);
}

TaskletSlot* ThreadedExecutor::take(size_t worker) {
  for (size_t i = 0; i < workers_.size(); ++i) {
    Worker& from = *workers_[(worker + i) % workers_.size()];
    const std::lock_guard lock(from.mutex);
    if (from.queue.empty()) continue;
    TaskletSlot* slot = from.queue.front();
    from.queue.pop_front();
    ready_.fetch_sub(1);
    return slot;
  }
  return nullptr;
}

void ThreadedExecutor::at(EpochMillis time, std::function<void()> call) {
  {
    const std::lock_guard lock(timers_mutex_);
    timers_.push_back({time, timers_added_++, std::move(call)});
    std::push_heap(timers_.begin(), timers_.end(), LaterFirst());
    next_timer_.store(timers_.front().time);
  }
  notify_idle(true);  // worker 0 may have to wait shorter
}

EpochMillis ThreadedExecutor::collect_due_timers() {
  const EpochMillis next = next_timer_.load();
  if (next == kMaxWatermark) return next;
  const EpochMillis now = clock_.now();
  if (next > now) return next;
  const std::lock_guard lock(timers_mutex_);
  while (!timers_.empty() && timers_.front().time <= now) {
    std::pop_heap(timers_.begin(), timers_.end(), LaterFirst());
    call_soon(std::move(timers_.back().call));
    timers_.pop_back();
  }
  next_timer_.store(timers_.empty() ? kMaxWatermark : timers_.front().time);
  return next_timer_.load();
}

void ThreadedExecutor::block(std::function<void()> work, std::function<void(std::exception_ptr)> done) {
  io_pool_.submit([this, work = std::move(work), done = std::move(done)]() mutable {
    std::exception_ptr error;
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
    work = nullptr;
    call_soon([done = std::move(done), error] { done(error); });
  });
}

void ThreadedExecutor::call_soon(std::function<void()> call) {
  {
    const std::lock_guard lock(calls_mutex_);
    calls_.push_back(std::move(call));
  }
  note_ready();
}

bool ThreadedExecutor::run_one_call() {
  std::function<void()> call;
  {
    const std::lock_guard lock(calls_mutex_);
    if (calls_.empty()) return false;
    call = std::move(calls_.front());
    calls_.pop_front();
  }
  ready_.fetch_sub(1);
  call();
  return true;
}

TaskletSlot* ThreadedExecutor::step(TaskletSlot* slot, size_t worker) {
  slot->worker.store(static_cast<int32_t>(worker), std::memory_order_relaxed);
  slot->begin_step();
  switch (slot->tasklet->step()) {
    case Tasklet::Progress::kMade:
      return slot;
    case Tasklet::Progress::kNone:
      return slot->park() ? nullptr : slot;
    case Tasklet::Progress::kDone:
      slot->tasklet = nullptr;
      slot->finish();
      if (live_.fetch_sub(1) == 1) notify_idle(true);
      return nullptr;
  }
  CHECK(false);
}

bool ThreadedExecutor::work_once(size_t worker, TaskletSlot*& own) {
  if (ready_.load() != 0) {  // others wait: each has its turn
    if (own != nullptr) enqueue(std::exchange(own, nullptr));
    if (run_one_call()) return true;
    own = take(worker);
  }
  if (own == nullptr) return false;
  own = step(own, worker);
  return true;
}

void ThreadedExecutor::work(size_t worker, const std::function<bool()>* stop) {
  working_for = this;
  int32_t idle_rounds = 0;
  TaskletSlot* own = nullptr;
  try {
    while (!stopping_.load() && live_.load() > 0) {
      if (stop != nullptr) {
        collect_due_timers();
        if ((*stop)()) break;
      }
      if (work_once(worker, own)) {
        idle_rounds = 0;
      } else if (++idle_rounds <= kSpinRounds) {
        for (int32_t i = 0; i < 16 && ready_.load(std::memory_order_relaxed) == 0; ++i) pause_core();
      } else if (idle_rounds <= kSpinRounds + kYieldRounds) {
        std::this_thread::yield();
      } else {
        wait_for_work(worker);
      }
    }
  } catch (...) {
    fail(std::current_exception());
  }
  if (own != nullptr) enqueue(own);
  working_for = nullptr;
  stopping_.store(true);
  notify_idle(true);
}

void ThreadedExecutor::wait_for_work(size_t worker) {
  DurationMillis patience_ms = kStopPollMs;
  if (worker == 0) {
    const EpochMillis next = collect_due_timers();
    if (next != kMaxWatermark) patience_ms = std::clamp<DurationMillis>(next - clock_.now(), 0, kStopPollMs);
  }
  std::unique_lock lock(idle_mutex_);
  idle_.fetch_add(1);
  const uint64_t seen = idle_signals_;
  // Whoever queues something after this look sees idle_ and signals.
  const bool nothing = ready_.load() == 0 && !stopping_.load() && live_.load() > 0;
  if (nothing) {
    const auto signalled = [&] { return idle_signals_ != seen; };
    if (worker == 0)
      idle_changed_.wait_for(lock, std::chrono::milliseconds(patience_ms), signalled);
    else
      idle_changed_.wait(lock, signalled);
  }
  idle_.fetch_sub(1);
}

void ThreadedExecutor::notify_idle(bool all) {
  if (idle_.load() == 0) return;
  {
    const std::lock_guard lock(idle_mutex_);
    ++idle_signals_;
  }
  all ? idle_changed_.notify_all() : idle_changed_.notify_one();
}

void ThreadedExecutor::fail(std::exception_ptr error) {
  const std::lock_guard lock(failure_mutex_);
  if (!failure_) failure_ = std::move(error);
}

void ThreadedExecutor::run(const std::function<bool()>& stop) {
  stopping_.store(false);
  std::vector<std::thread> threads;
  for (size_t i = 1; i < workers_.size(); ++i) threads.emplace_back([this, i] { work(i, nullptr); });
  work(0, &stop);
  for (std::thread& thread : threads) thread.join();
  if (!failure_) return;
  drop_everything();
  std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadedExecutor::drop_everything() {
  io_pool_.drain();  // no work touches a tasklet's parts from here on
  for (const std::unique_ptr<Worker>& worker : workers_) worker->queue.clear();
  calls_.clear();
  timers_.clear();
  next_timer_.store(kMaxWatermark);
  table_.drop_all();
  live_.store(0);
  ready_.store(0);
}

}  // namespace tidemill
