#include "runtime/blocking_calls.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {

void BlockingCalls::submit(std::function<void()> work, std::function<void()> done) {
  auto call = std::make_shared<Call>();
  call->done = std::move(done);
  calls_.push_back(call);
  ++running_;
  executor_.block(std::move(work), [this, call](std::exception_ptr error) {
    // On some executor thread: only mail may touch the task.
    mailbox_.post([this, call, error] { returned(*call, error); });
  });
}

void BlockingCalls::returned(Call& call, std::exception_ptr error) {
  --running_;
  call.returned = true;
  call.error = std::move(error);
  finish_returned();
}

void BlockingCalls::wait_until(EpochMillis time, std::function<void()> then) {
  auto call = std::make_shared<Call>();
  call->done = std::move(then);
  call->time = time;
  calls_.push_back(std::move(call));
}

EpochMillis BlockingCalls::next_time() const {
  EpochMillis next = kMaxWatermark;
  for (const std::shared_ptr<Call>& call : calls_) next = std::min(next, call->time);
  return next;
}

void BlockingCalls::give_time(EpochMillis now) {
  for (const std::shared_ptr<Call>& call : calls_) {
    if (call->time > now) continue;
    call->returned = true;
    call->time = kMaxWatermark;
  }
  finish_returned();
}

void BlockingCalls::finish_returned() {
  while (!calls_.empty() && calls_.front()->returned) {
    const std::shared_ptr<Call> first = calls_.front();
    if (first->error) std::rethrow_exception(first->error);
    first->done();  // may submit more: they come behind all others
    if (!calls_.empty() && calls_.front() == first) calls_.pop_front();
  }
  run_waiting();
}

void BlockingCalls::when_room(int32_t place, std::function<void()> more) {
  const bool added = for_room_.emplace(place, std::move(more)).second;
  CHECK_MSG(added, "operator {} of the task waits for room twice", place);
}

void BlockingCalls::give_room() {
  const std::function<void()> more = std::move(for_room_.extract(for_room_.begin()).mapped());
  more();
  run_waiting();
}

void BlockingCalls::run_waiting() {
  while (!pending() && !waiting_.empty()) {
    const std::function<void()> then = std::move(waiting_.front());
    waiting_.pop_front();
    then();
  }
}

void BlockingCalls::when_done(std::function<void()> then) {
  if (!pending() && waiting_.empty()) return then();
  waiting_.push_back(std::move(then));
}

void BlockingCalls::cancel() {
  calls_.clear();
  for_room_.clear();
  waiting_.clear();
}

}  // namespace tidemill
