#include "state/memory_budget.h"

#include <gtest/gtest.h>

#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

using Progress = Tasklet::Progress;

TEST(MemoryBudget, CountsByKindWhatIsChargedAndGivenBack) {
  MemoryBudget budget(100);
  budget.charge(MemoryKind::kStatePages, 40);
  budget.charge(MemoryKind::kChannels, 60);
  EXPECT_FALSE(budget.exceeded());
  budget.charge(MemoryKind::kSinks, 1);
  EXPECT_TRUE(budget.exceeded());
  budget.charge(MemoryKind::kStatePages, -30);
  EXPECT_EQ(budget.used_bytes(), 71);
  const MemoryUse use = budget.use();
  EXPECT_EQ(use.total(), 71);
  EXPECT_EQ(use.limit, 100);
  EXPECT_EQ(use.of(MemoryKind::kStatePages), 10);
  EXPECT_EQ(use.of(MemoryKind::kChannels), 60);
  EXPECT_EQ(use.of(MemoryKind::kFormats), 0);
  EXPECT_EQ(use.of(MemoryKind::kSinks), 1);
}

TEST(MemoryBudget, AChargeGoesWithWhoeverHoldsIt) {
  MemoryBudget budget;
  const auto used = [&] { return budget.used_bytes(MemoryKind::kOperators); };
  {
    MemoryCharge charge(&budget, MemoryKind::kOperators, 10);
    EXPECT_EQ(used(), 10);
    charge.set(25);
    EXPECT_EQ(used(), 25);
    MemoryCharge other(&budget, MemoryKind::kOperators, 7);
    EXPECT_EQ(used(), 32);
    other = std::move(charge);  // what it held before is given back
    EXPECT_EQ(used(), 25);
    MemoryCharge third(std::move(other));
    EXPECT_EQ(used(), 25);
    EXPECT_EQ(third.bytes(), 25);
    third.set(0);
    EXPECT_EQ(used(), 0);
    third.set(3);
    EXPECT_EQ(used(), 3);
  }
  EXPECT_EQ(budget.used_bytes(), 0);
  MemoryCharge nothing;
  nothing.set(100);
  EXPECT_EQ(nothing.bytes(), 0);
}

TEST(MemoryBudget, SourcesWaitForRowsOnTheirWayAndForNothingElse) {
  struct Case {
    int64_t pages, indexes, channels;
    bool waits;
  };
  SimulatedEnvironment environment(1);
  for (const Case& c : {Case{0, 0, 100, false},     // within the limit
                        Case{0, 0, 101, true},      // over it
                        Case{1000, 0, 100, false},  // pages can be spilled
                        Case{1000, 50, 51, true},   //
                        Case{0, 1000, 0, false},    // waiting would make it no less
                        Case{0, 1000, 1, true}}) {  // one batch at a time
    MemoryBudget budget(100);
    budget.charge(MemoryKind::kStatePages, c.pages);
    budget.charge(MemoryKind::kStateIndexes, c.indexes);
    budget.charge(MemoryKind::kChannels, c.channels);
    const size_t source = budget.add_source(environment.executor(), 0);
    EXPECT_EQ(budget.hold_back(source), c.waits) << c.pages << " " << c.indexes << " " << c.channels;
  }
}

// Puts `batches` of 10 bytes on their way, no more than the budget lets it.
class Producer final : public Tasklet {
 public:
  Producer(MemoryBudget& budget, Executor& executor, TaskletId id, std::atomic<int64_t>& sent, int64_t batches)
      : budget_(budget), source_(budget.add_source(executor, id)), sent_(sent), left_(batches) {}
  Progress step() override {
    if (budget_.hold_back(source_)) return Progress::kNone;
    budget_.charge(MemoryKind::kChannels, 10);
    sent_.fetch_add(1);
    return --left_ == 0 ? Progress::kDone : Progress::kMade;
  }

 private:
  MemoryBudget& budget_;
  const size_t source_;
  std::atomic<int64_t>& sent_;
  int64_t left_;
};

// Takes them, and sees that they are never much more than the limit.
class Consumer final : public Tasklet {
 public:
  Consumer(MemoryBudget& budget, std::atomic<int64_t>& sent, int64_t batches, int64_t most)
      : budget_(budget), sent_(sent), left_(batches), most_(most) {}
  Progress step() override {
    EXPECT_LE(budget_.used_bytes(), most_);
    if (sent_.load() == taken_) return Progress::kMade;
    ++taken_;
    budget_.charge(MemoryKind::kChannels, -10);
    return --left_ == 0 ? Progress::kDone : Progress::kMade;
  }

 private:
  MemoryBudget& budget_;
  std::atomic<int64_t>& sent_;
  int64_t left_;
  const int64_t most_;
  int64_t taken_ = 0;
};

void run_producers(Environment& environment, int64_t limit) {
  constexpr int64_t kBatches = 400;
  MemoryBudget budget(limit);
  std::atomic<int64_t> sent = 0;
  for (TaskletId id = 0; id < 2; ++id)
    environment.executor.spawn(std::make_unique<Producer>(budget, environment.executor, id, sent, kBatches),
                               static_cast<int32_t>(id));
  environment.executor.spawn(std::make_unique<Consumer>(budget, sent, 2 * kBatches, std::max<int64_t>(limit, 0) + 20),
                             2);
  environment.executor.run([] { return false; });  // would say so if a wake-up were lost
  EXPECT_EQ(sent.load(), 2 * kBatches);
  EXPECT_EQ(budget.used_bytes(), 0);
}

TEST(MemoryBudget, NoWakeUpIsLostUnderAnySchedule) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedEnvironment environment(seed);
    run_producers(environment.get(), static_cast<int64_t>(seed % 4) * 15);
  }
}

TEST(MemoryBudget, NoWakeUpIsLostBetweenThreads) {
  for (const int64_t limit : {0, 10, 45}) {
    RealEnvironment environment(3);
    run_producers(environment.get(), limit);
  }
}

}  // namespace
}  // namespace tidemill
