#include "env/side_by_side.h"

#include <atomic>
#include <exception>
#include <memory>

namespace tidemill {
namespace {

struct Returned {
  std::atomic<size_t> calls{0};
  std::vector<std::exception_ptr> errors;  // by call; each written before `calls` counts it
};

// Keeps the executor running while calls are out.
class WaitForAll final : public Tasklet {
 public:
  explicit WaitForAll(std::shared_ptr<Returned> returned) : returned_(std::move(returned)) {}
  Progress step() override {
    return returned_->calls.load() == returned_->errors.size() ? Progress::kDone : Progress::kNone;
  }

 private:
  std::shared_ptr<Returned> returned_;
};

}  // namespace

void run_side_by_side(Executor& executor, const std::vector<std::function<void()>>& calls) {
  if (calls.empty()) return;
  if (calls.size() == 1) return calls.front()();
  const auto returned = std::make_shared<Returned>();
  returned->errors.resize(calls.size());
  const TaskletId waiting = executor.spawn(std::make_unique<WaitForAll>(returned));
  for (size_t i = 0; i < calls.size(); ++i) {
    executor.block(calls[i], [returned, i, waiting, &executor](std::exception_ptr error) {
      returned->errors[i] = std::move(error);
      returned->calls.fetch_add(1);
      executor.wake(waiting);
    });
  }
  executor.run([&] { return returned->calls.load() == calls.size(); });
  for (const std::exception_ptr& error : returned->errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace tidemill
