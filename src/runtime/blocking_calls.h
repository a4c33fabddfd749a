// runtime/blocking_calls.h - what operators of one task wait for: results of the I/O pool, room to emit more. Rule: it
// comes on the task's thread, results in the order in which they were asked for; until all is there the task takes no
// event and passes no barrier.
#pragma once
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
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
  // Calls `then` in give_time(), in the order of submit(), when the clock has reached `time` (wall ms).
  void wait_until(EpochMillis time, std::function<void()> then);
  // Returns the earliest time that is waited for, kMaxWatermark: none.
  EpochMillis next_time() const;
  // Lets go on what waits for `now` or earlier.
  void give_time(EpochMillis now);
  // Calls `more` in give_room(). `place` tells operators apart, and is less for one further down the chain: what that
  // one has to emit comes before what would only be more of its input. Requires: `place` waits for no room yet.
  void when_room(int32_t place, std::function<void()> more);
  // True where nothing but room is waited for.
  bool waits_for_room() const { return calls_.empty() && !for_room_.empty(); }
  // There is room downstream: lets the operator go on that is furthest down. Requires: waits_for_room().
  void give_room();
  // True while something is waited for.
  bool pending() const { return !calls_.empty() || !for_room_.empty(); }
  // True while work runs, or may run, on the pool: what it refers to must stay.
  bool running() const { return running_ > 0; }
  // Calls `then` when nothing is pending: now, or behind those that wait already.
  void when_done(std::function<void()> then);
  // Forgets results and what waits for them: nothing more is called.
  void cancel();

 private:
  struct Call {
    std::function<void()> done;
    bool returned = false;
    std::exception_ptr error;
    EpochMillis time = kMaxWatermark;  // that it waits for, until it has returned
  };
  void returned(Call& call, std::exception_ptr error);
  // Ends the calls at the front that have returned.
  void finish_returned();
  void run_waiting();

  Executor& executor_;
  Mailbox& mailbox_;
  std::deque<std::shared_ptr<Call>> calls_;            // not done, in order
  std::map<int32_t, std::function<void()>> for_room_;  // by place
  std::deque<std::function<void()>> waiting_;
  int32_t running_ = 0;
};

}  // namespace tidemill
