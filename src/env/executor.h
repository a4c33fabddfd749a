// env/executor.h - runs tasklets. Rule: a step does bounded work and never blocks; what may block goes to block().
#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

#include "base/time.h"

namespace tidemill {

// A cooperative unit of work (after Hazelcast Jet's Tasklet). Stepped by one thread at a time.
class Tasklet {
 public:
  enum class Progress : uint8_t {
    kMade,  // did something: step again soon
    kNone,  // nothing to do until woken, or until input or output changes
    kDone,  // will never be stepped again
  };
  virtual ~Tasklet() = default;
  // Does one bounded piece of work. An exception ends the attempt: the executor reports it to on_failure and stops.
  virtual Progress step() = 0;
};

using TaskletId = int64_t;

class Executor {
 public:
  virtual ~Executor() = default;
  // Takes a tasklet to run until it is done. Any thread. `worker_hint` spreads tasklets over threads (real executor).
  virtual TaskletId spawn(std::unique_ptr<Tasklet> tasklet, int32_t worker_hint = 0) = 0;
  // Makes sure that the tasklet is stepped soon even if its last step made no progress; what the caller wrote before is
  // seen by that step. Does nothing when the tasklet is done or unknown. Any thread.
  virtual void wake(TaskletId id) = 0;
  // Runs `call` on an executor thread when the clock reaches `time` (wall, ms). Any thread.
  virtual void at(EpochMillis time, std::function<void()> call) = 0;
  // Runs `work`, which may block, on the I/O pool, then `done` on an executor thread. An exception of `work` is given
  // to `done` as its argument (nullptr: none). Any thread.
  virtual void block(std::function<void()> work, std::function<void(std::exception_ptr)> done) = 0;
  // Steps tasklets until none is left, `stop` returns true (asked often, on the calling thread only; what is left goes
  // on in a later run), or a step or a call throws (rethrown here, after all tasklets were dropped). Called by the one
  // thread that owns the executor.
  virtual void run(const std::function<bool()>& stop) = 0;
};

}  // namespace tidemill
