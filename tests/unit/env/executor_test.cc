// Both executors keep the contract of env/executor.h; what only one of them promises is below.
#include "env/executor.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

using Progress = Tasklet::Progress;

// Steps by a function.
class Steps final : public Tasklet {
 public:
  explicit Steps(std::function<Progress()> step) : step_(std::move(step)) {}
  Progress step() override { return step_(); }

 private:
  std::function<Progress()> step_;
};
std::unique_ptr<Tasklet> tasklet(std::function<Progress()> step) { return std::make_unique<Steps>(std::move(step)); }

struct Real {
  RealEnvironment environment{3};
  Environment& get() { return environment.get(); }
};
struct Simulated {
  SimulatedEnvironment environment{7};
  Environment& get() { return environment.get(); }
};

template <class World>
class ExecutorContract : public testing::Test {
 protected:
  Executor& executor() { return world_.get().executor; }
  Clock& clock() { return world_.get().clock; }
  void run() {
    executor().run([] { return false; });
  }

 private:
  World world_;
};
using Worlds = testing::Types<Real, Simulated>;
TYPED_TEST_SUITE(ExecutorContract, Worlds);

TYPED_TEST(ExecutorContract, RunsUntilEveryTaskletIsDone) {
  std::atomic<int> steps = 0;
  for (int i = 0; i < 20; ++i) {
    auto left = std::make_shared<int>(50);
    this->executor().spawn(tasklet([&steps, left] {
                             ++steps;
                             return --*left == 0 ? Progress::kDone : Progress::kMade;
                           }),
                           i);
  }
  this->run();
  EXPECT_EQ(steps, 1000);
}

TYPED_TEST(ExecutorContract, AParkedTaskletIsSteppedOnlyWhenWoken) {
  std::atomic<int> items = 0, consumed = 0, produced = 0;
  const TaskletId consumer = this->executor().spawn(tasklet([&] {
    if (items.load() == 0) return Progress::kNone;
    --items;
    return ++consumed == 200 ? Progress::kDone : Progress::kMade;
  }));
  this->executor().spawn(tasklet([&, consumer] {
                           ++items;
                           this->executor().wake(consumer);
                           return ++produced == 200 ? Progress::kDone : Progress::kMade;
                         }),
                         1);
  this->run();
  EXPECT_EQ(consumed, 200);
}

TYPED_TEST(ExecutorContract, PassesABallBetweenTaskletsWithoutLosingAWakeUp) {
  constexpr int kPlayers = 8, kPasses = 4000;
  std::atomic<int> holder = 0, passes = 0;
  std::vector<std::atomic<TaskletId>> ids(kPlayers);
  for (auto& id : ids) id = -1;
  for (int me = 0; me < kPlayers; ++me) {
    ids[static_cast<size_t>(me)] = this->executor().spawn(tasklet([&, me] {
                                                            if (passes.load() >= kPasses) {
                                                              for (auto& id : ids) this->executor().wake(id);
                                                              return Progress::kDone;
                                                            }
                                                            if (holder.load() != me) return Progress::kNone;
                                                            ++passes;
                                                            const int next = (me + 1) % kPlayers;
                                                            holder.store(next);
                                                            this->executor().wake(ids[static_cast<size_t>(next)]);
                                                            return Progress::kNone;
                                                          }),
                                                          me);
  }
  this->run();
  EXPECT_GE(passes, kPasses);
}

TYPED_TEST(ExecutorContract, CallsTimersAtTheirTimeInOrder) {
  std::vector<int> fired;
  std::atomic<bool> finished = false;
  const EpochMillis start = this->clock().now();
  const TaskletId waiter =
      this->executor().spawn(tasklet([&] { return finished.load() ? Progress::kDone : Progress::kNone; }));
  this->executor().at(start + 20, [&, start] {
    fired.push_back(this->clock().now() >= start + 20 ? 20 : -1);
    finished = true;
    this->executor().wake(waiter);
  });
  this->executor().at(start + 5, [&] { fired.push_back(5); });
  this->executor().at(start - 1000, [&] { fired.push_back(0); });
  this->run();
  EXPECT_EQ(fired, (std::vector<int>{0, 5, 20}));
}

TYPED_TEST(ExecutorContract, BlockingWorkReportsItsEndAndItsError) {
  std::atomic<int> ended = 0;
  std::string text;
  TaskletId waiter = -1;
  waiter = this->executor().spawn(tasklet([&] { return ended.load() == 2 ? Progress::kDone : Progress::kNone; }));
  std::atomic<bool> worked = false;
  this->executor().block([&] { worked = true; },
                         [&](std::exception_ptr error) {
                           EXPECT_TRUE(worked && error == nullptr);
                           ++ended;
                           this->executor().wake(waiter);
                         });
  this->executor().block([] { throw TransientError("disk gone"); },
                         [&](std::exception_ptr error) {
                           try {
                             std::rethrow_exception(error);
                           } catch (const TransientError& caught) {
                             text = caught.what();
                           }
                           ++ended;
                           this->executor().wake(waiter);
                         });
  this->run();
  EXPECT_EQ(text, "disk gone");
}

TYPED_TEST(ExecutorContract, AnErrorOfAStepDropsAllTaskletsAndIsRethrown) {
  auto witness = std::make_shared<int>(0);
  const std::weak_ptr<int> dropped = witness;
  this->executor().spawn(tasklet([witness] { return Progress::kNone; }));
  witness = nullptr;
  this->executor().spawn(tasklet([]() -> Progress { throw UserError("bad row"); }), 1);
  EXPECT_THROW(this->run(), UserError);
  EXPECT_TRUE(dropped.expired());
  this->run();  // nothing is left
}

TYPED_TEST(ExecutorContract, GoesOnAfterAStop) {
  std::atomic<int> steps = 0;
  this->executor().spawn(tasklet([&] { return ++steps == 1000 ? Progress::kDone : Progress::kMade; }));
  this->executor().run([&] { return steps.load() >= 10; });
  EXPECT_GE(steps, 10);
  this->run();
  EXPECT_EQ(steps, 1000);
}

TEST(ThreadedExecutor, StopIsNoticedWhileEverythingIsParked) {
  RealEnvironment environment(2);
  Executor& executor = environment.get().executor;
  executor.spawn(tasklet([] { return Progress::kNone; }));
  int asked = 0;
  executor.run([&] { return ++asked > 70; });
  EXPECT_GT(asked, 70);
}

TEST(ThreadedExecutor, AnIdleWorkerTakesWorkFromAnother) {
  RealEnvironment environment(2);
  Executor& executor = environment.get().executor;
  // Both have the same home; each waits for the other to be in its step, which needs two threads.
  std::atomic<int> inside = 0;
  const auto meet = [&] {
    ++inside;
    while (inside.load() < 2) {
    }
    return Progress::kDone;
  };
  executor.spawn(tasklet(meet), 0);
  executor.spawn(tasklet(meet), 0);
  executor.run([] { return false; });
  EXPECT_EQ(inside, 2);
}

uint64_t trace_of(uint64_t seed) {
  SimulatedEnvironment environment(seed);
  SimulatedExecutor& executor = environment.executor();
  std::vector<int> left(10, 30);
  for (size_t i = 0; i < left.size(); ++i)
    executor.spawn(tasklet([&left, &executor, i] {
      executor.wake(static_cast<TaskletId>((i * 7) % left.size()));
      return --left[i] <= 0 ? Progress::kDone : Progress::kMade;
    }));
  executor.run([] { return false; });
  return executor.trace_hash();
}

TEST(SimulatedExecutor, OneSeedGivesOneTraceAndOthersOtherTraces) {
  EXPECT_EQ(trace_of(1), trace_of(1));
  std::vector<uint64_t> traces;
  for (uint64_t seed = 0; seed < 50; ++seed) traces.push_back(trace_of(seed));
  std::sort(traces.begin(), traces.end());
  EXPECT_EQ(std::unique(traces.begin(), traces.end()), traces.end());
}

TEST(SimulatedExecutor, ALostWakeUpIsAnError) {
  SimulatedEnvironment environment(1);
  environment.executor().spawn(tasklet([] { return Progress::kNone; }));
  EXPECT_THROW(environment.executor().run([] { return false; }), EngineError);
}

TEST(SimulatedExecutor, ACrashDropsTaskletsTimersAndIo) {
  SimulatedEnvironment environment(1);
  SimulatedExecutor& executor = environment.executor();
  bool called = false;
  auto witness = std::make_shared<int>(0);
  const std::weak_ptr<int> dropped = witness;
  executor.spawn(tasklet([witness] { return Progress::kMade; }));
  witness = nullptr;
  executor.at(environment.clock().now() + 1, [&] { called = true; });
  executor.block([] {}, [&](std::exception_ptr) { called = true; });
  const int64_t stop_at = executor.steps() + 1;
  executor.run([&] { return executor.steps() >= stop_at; });
  executor.crash();
  EXPECT_TRUE(dropped.expired());
  executor.run([] { return false; });
  EXPECT_FALSE(called);
}

TEST(SimulatedExecutor, TheClockMovesOnlyWhenNothingCanRun) {
  SimulatedEnvironment environment(1);
  SimulatedExecutor& executor = environment.executor();
  const EpochMillis start = environment.clock().now();
  int left = 100;
  bool fired = false;
  TaskletId id = -1;
  id = executor.spawn(tasklet([&] {
    if (left > 0) {
      EXPECT_EQ(environment.clock().now(), start);
      return --left > 0 ? Progress::kMade : Progress::kNone;
    }
    return fired ? Progress::kDone : Progress::kNone;
  }));
  executor.at(start + 3600'000, [&] {
    fired = true;
    executor.wake(id);
  });
  executor.run([] { return false; });
  EXPECT_EQ(environment.clock().now(), start + 3600'000);
}

}  // namespace
}  // namespace tidemill
