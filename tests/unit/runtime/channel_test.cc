#include "runtime/channel.h"

#include <gtest/gtest.h>

#include "data/pretty.h"
#include "env/real/real_environment.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

using Progress = Tasklet::Progress;

// Pushes watermarks 1 … last, several in one step, never into a full channel.
class Producer final : public Tasklet {
 public:
  Producer(Channel& channel, int64_t last, int64_t burst) : channel_(channel), last_(last), burst_(burst) {}
  Progress step() override {
    if (channel_.full()) return Progress::kNone;
    for (int64_t i = 0; i < burst_ && next_ <= last_; ++i) channel_.push(Watermark{next_++});
    return next_ > last_ && !channel_.full() ? Progress::kDone : Progress::kMade;
  }

 private:
  Channel& channel_;
  const int64_t last_, burst_;
  int64_t next_ = 1;
};

class Consumer final : public Tasklet {
 public:
  Consumer(Channel& channel, int64_t last, int64_t& seen) : channel_(channel), last_(last), seen_(seen) {}
  Progress step() override {
    const std::optional<Event> event = channel_.pop();
    if (!event) return Progress::kNone;
    EXPECT_EQ(std::get<Watermark>(*event).time, seen_ + 1);
    ++seen_;
    return seen_ == last_ ? Progress::kDone : Progress::kMade;
  }

 private:
  Channel& channel_;
  const int64_t last_;
  int64_t& seen_;
};

int64_t transport(Environment& environment, int32_t capacity, int64_t events, int64_t burst) {
  Channel channel(capacity);
  int64_t seen = 0;
  channel.connect(environment.executor, 0, 1);
  environment.executor.spawn(std::make_unique<Producer>(channel, events, burst), 0);
  environment.executor.spawn(std::make_unique<Consumer>(channel, events, seen), 1);
  environment.executor.run([] { return false; });
  return seen;
}

TEST(Channel, CarriesEverythingInOrderBetweenThreads) {
  for (const int32_t capacity : {1, 2, 16})
    for (const int64_t burst : {1, 3, 40}) {
      RealEnvironment environment(2);
      EXPECT_EQ(transport(environment.get(), capacity, 3000, burst), 3000);
    }
}

TEST(Channel, CarriesEverythingInOrderUnderEverySchedule) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SimulatedEnvironment environment(seed);
    ASSERT_EQ(transport(environment.get(), 1 << (seed % 4), 50, 1 + static_cast<int64_t>(seed % 7)), 50) << seed;
  }
}

TEST(Channel, PushBeyondCapacityKeepsOrderAndReportsFull) {
  SimulatedEnvironment environment(1);
  Channel channel(2);
  channel.connect(environment.get().executor, 0, 1);
  EXPECT_FALSE(channel.full());
  for (int64_t i = 1; i <= 5; ++i) channel.push(Watermark{i});
  EXPECT_TRUE(channel.full());
  EXPECT_EQ(channel.size(), 2);
  for (int64_t i = 1; i <= 5; ++i) {
    EXPECT_EQ(std::get<Watermark>(*channel.pop()).time, i);
    channel.full();  // the producer moves what did not fit
  }
  EXPECT_FALSE(channel.full());
  EXPECT_TRUE(channel.empty());
  EXPECT_FALSE(channel.pop().has_value());
}

TEST(Channel, ChargesRowsUntilTheyAreTaken) {
  SimulatedEnvironment environment(1);
  MemoryBudget budget;
  const auto used = [&] { return budget.used_bytes(MemoryKind::kChannels); };
  const Batch batch = parse_batch(parse_schema("a BIGINT, b BIGINT"), "1 | 2\n3 | 4\n5 | 6");
  const auto bytes = static_cast<int64_t>(batch.memory_bytes());
  EXPECT_GE(bytes, 48);
  {
    Channel channel(2, &budget);
    channel.connect(environment.get().executor, 0, 1);
    for (int i = 0; i < 4; ++i) channel.push(batch);  // two of them beyond the ring
    channel.push(Watermark{1});
    EXPECT_EQ(used(), 4 * bytes);
    channel.pop();
    EXPECT_EQ(used(), 3 * bytes);
    EXPECT_TRUE(channel.full());
    channel.pop();
    EXPECT_EQ(used(), 2 * bytes);
  }
  EXPECT_EQ(used(), 0);  // what nobody took goes with the channel
}

}  // namespace
}  // namespace tidemill
