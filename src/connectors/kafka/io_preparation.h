// connectors/kafka/io_preparation.h - work on the I/O pool that a task waits for without blocking. Rule: the task asks,
// it is woken when there is an answer, and an error comes out where the task asks.
#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <memory>

#include "env/environment.h"

namespace tidemill {

class IoPreparation {
 public:
  // Runs `work` on the I/O pool; `wake` (may be empty) is called on any thread when it has ended. Requires: none is
  // under way. The work may outlive this.
  void start(Executor& executor, std::function<void()> work, std::function<void()> wake) {
    state_ = std::make_shared<State>();
    executor.block(std::move(work), [state = state_, wake = std::move(wake)](std::exception_ptr error) {
      state->error = error;
      state->done.store(true);
      if (wake) wake();
    });
  }
  // Returns whether work is under way. Rethrows what ended it, once.
  bool pending() {
    if (!state_) return false;
    if (!state_->done.load()) return true;
    const std::exception_ptr error = state_->error;
    state_ = nullptr;
    if (error) std::rethrow_exception(error);
    return false;
  }

 private:
  struct State {
    std::atomic<bool> done = false;
    std::exception_ptr error;  // before `done`
  };
  std::shared_ptr<State> state_;  // null: none under way
};

}  // namespace tidemill
