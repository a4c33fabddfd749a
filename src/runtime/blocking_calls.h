// runtime/blocking_calls.h - what operators of one task ask of the I/O pool. Rule: results come back on the task's
// thread, in the order in which they were asked for; until all are back the task takes no event and passes no barrier.
#pragma once
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>

#include "env/executor.h"
#include "runtime/mailbox.h"

namespace tidemill {

// Task thread only.
class BlockingCalls {
 public:
  // Both are borrowed; `mailbox` is the task's.
  BlockingCalls(Executor& executor, Mailbox& mailbox) : executor_(executor), mailbox_(mailbox) {}
  BlockingCalls(const BlockingCalls&) = delete;
  BlockingCalls& operator=(const BlockingCalls&) = delete;

  // Runs `work` on the I/O pool, where it may block; several run side by side. Then calls `done` in the task's mail,
  // after that of every earlier call. What `work` throws is thrown there instead.
  void submit(std::function<void()> work, std::function<void()> done);
  // True while some call is not done.
  bool pending() const { return !calls_.empty(); }
  // True while work runs, or may run, on the pool: what it refers to must stay.
  bool running() const { return running_ > 0; }
  // Calls `then` when no call is pending: now, or behind those that wait already.
  void when_done(std::function<void()> then);
  // Forgets results and what waits for them: nothing more is called.
  void cancel();

 private:
  struct Call {
    std::function<void()> done;
    bool returned = false;
    std::exception_ptr error;
  };
  void returned(Call& call, std::exception_ptr error);

  Executor& executor_;
  Mailbox& mailbox_;
  std::deque<std::shared_ptr<Call>> calls_;  // not done, in order
  std::deque<std::function<void()>> waiting_;
  int32_t running_ = 0;
};

}  // namespace tidemill
