#include "env/simulated/simulated_executor.h"

#include "base/check.h"

namespace tidemill {
namespace {

constexpr uint64_t kStickyRounds = 32;           // a sticky schedule changes the tasklet once in this many steps
constexpr uint64_t kPriorityChangeRounds = 128;  // a priority schedule draws a new priority once in this many steps

}  // namespace

SimulatedExecutor::SimulatedExecutor(SimulatedClock& clock, uint64_t seed)
    : clock_(clock),
      random_(hash_combine(seed, 0x7363686564756c65ULL)),
      policy_(static_cast<Policy>(random_.below(3))) {}

TaskletId SimulatedExecutor::spawn(std::unique_ptr<Tasklet> tasklet, int32_t) {
  const TaskletId id = next_id_++;
  tasklets_[id] = {std::move(tasklet), false, false, false, random_.next()};
  make_ready(id);
  return id;
}

void SimulatedExecutor::wake(TaskletId id) {
  const auto found = tasklets_.find(id);
  if (found == tasklets_.end()) return;
  if (found->second.running)
    found->second.notified = true;
  else
    make_ready(id);
}

void SimulatedExecutor::make_ready(TaskletId id) {
  Record& record = tasklets_.at(id);
  if (record.queued) return;
  record.queued = true;
  ready_.push_back({id, nullptr, record.priority});
}

void SimulatedExecutor::call_soon(std::function<void()> call) {
  ready_.push_back({-1, std::move(call), random_.next()});
}

void SimulatedExecutor::at(EpochMillis time, std::function<void()> call) { timers_.emplace(time, std::move(call)); }

void SimulatedExecutor::block(std::function<void()> work, std::function<void(std::exception_ptr)> done) {
  call_soon([this, work = std::move(work), done = std::move(done)] {
    std::exception_ptr error;
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
    call_soon([done, error] { done(error); });
  });
}

size_t SimulatedExecutor::choose() {
  if (policy_ == Policy::kSticky && random_.below(kStickyRounds) != 0) {
    for (size_t i = 0; i < ready_.size(); ++i)
      if (ready_[i].id == last_ && last_ >= 0) return i;
  }
  if (policy_ == Policy::kPriorities) {
    if (random_.below(kPriorityChangeRounds) == 0) {
      Item& item = ready_[random_.below(ready_.size())];
      item.priority = random_.next();
      if (item.id >= 0) tasklets_.at(item.id).priority = item.priority;
    }
    // Now and then any of them: a tasklet that polls must not starve the one it waits for.
    if (random_.below(4) != 0)
      return static_cast<size_t>(
          std::max_element(ready_.begin(), ready_.end(),
                           [](const Item& a, const Item& b) { return a.priority < b.priority; }) -
          ready_.begin());
  }
  return random_.below(ready_.size());
}

void SimulatedExecutor::run_item(Item item) {
  trace_hash_ =
      hash_combine(trace_hash_, hash_combine(static_cast<uint64_t>(item.id), static_cast<uint64_t>(clock_.now())));
  if (item.id < 0) return item.call();
  Record& record = tasklets_.at(item.id);
  record.queued = false;
  record.running = true;
  record.notified = false;
  const Tasklet::Progress progress = record.tasklet->step();
  record.running = false;
  trace_hash_ = hash_combine(trace_hash_, static_cast<uint64_t>(progress));
  if (progress == Tasklet::Progress::kDone)
    tasklets_.erase(item.id);
  else if (progress == Tasklet::Progress::kMade || record.notified)
    make_ready(item.id);
}

void SimulatedExecutor::collect_due_timers() {
  while (!timers_.empty() && timers_.begin()->first <= clock_.now()) {
    call_soon(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
  }
}

bool SimulatedExecutor::advance_clock() {
  if (timers_.empty()) return false;
  clock_.advance_to(timers_.begin()->first);
  collect_due_timers();
  return true;
}

void SimulatedExecutor::run(const std::function<bool()>& stop) {
  try {
    while (!tasklets_.empty() && !stop()) {
      collect_due_timers();
      if (ready_.empty() && !advance_clock())
        CHECK_MSG(false, "{} tasklets wait for each other: nothing is ready and no timer is set", tasklets_.size());
      const size_t chosen = choose();
      Item item = std::move(ready_[chosen]);
      ready_.erase(ready_.begin() + static_cast<ptrdiff_t>(chosen));
      last_ = item.id;
      ++steps_;
      run_item(std::move(item));
    }
  } catch (...) {
    crash();
    throw;
  }
}

void SimulatedExecutor::crash() {
  ready_.clear();
  timers_.clear();
  tasklets_.clear();
}

}  // namespace tidemill
