#include "runtime/input_gate.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "data/pretty.h"
#include "env/simulated/simulated_environment.h"

namespace tidemill {
namespace {

// A gate over channels that the test fills by hand; events are written as text.
class InputGateTest : public testing::Test {
 protected:
  void open(int32_t channels) {
    std::vector<InputGate::Input> inputs;
    for (int32_t i = 0; i < channels; ++i) {
      channels_.push_back(std::make_unique<Channel>(64));
      channels_.back()->connect(environment_.get().executor, 0, 1);
      inputs.push_back({channels_.back().get(), i % 2});
    }
    gate_.emplace(std::move(inputs), environment_.get().faults);
  }
  void push(int32_t channel, Event event) { channels_[static_cast<size_t>(channel)]->push(std::move(event)); }
  Batch row(const std::string& text) { return parse_batch(schema_, text); }
  Batch split_row(const std::string& text, EpochMillis watermark) {
    Batch batch = row(text);
    RowProgress progress;
    progress.from_split = true;
    progress.watermark = watermark;
    batch.set_progress(progress);
    return batch;
  }
  // Takes all that passes now.
  std::vector<std::string> take() {
    std::vector<std::string> texts;
    while (auto next = gate_->next()) {
      if (const auto* batch = std::get_if<Batch>(&next->event)) {
        for (int32_t i = 0; i < batch->num_rows(); ++i)
          texts.push_back(fmt::format("{} port {}", to_pretty(Value::at(*batch->column(0), i)), next->port));
        others_.push_back(batch->progress().other_splits);
      }
      if (const auto* watermark = std::get_if<Watermark>(&next->event))
        texts.push_back(watermark->time == kMaxWatermark ? "wm max" : fmt::format("wm {}", watermark->time));
      if (const auto* idleness = std::get_if<Idleness>(&next->event)) texts.push_back(idleness->idle ? "idle" : "busy");
      if (const auto* barrier = std::get_if<Barrier>(&next->event))
        texts.push_back(fmt::format("barrier {}", barrier->id));
      if (std::holds_alternative<EndOfInput>(next->event)) texts.push_back("end");
    }
    return texts;
  }
  using Texts = std::vector<std::string>;

  SimulatedEnvironment environment_{1};
  SchemaPtr schema_ = parse_schema("x STRING");
  std::vector<std::unique_ptr<Channel>> channels_;
  std::optional<InputGate> gate_;
  std::vector<EpochMillis> others_;
};

TEST_F(InputGateTest, NothingBehindABarrierPassesUntilEveryChannelHasDeliveredIt) {
  open(2);
  push(0, row("a"));
  push(0, Barrier{1});
  push(0, row("after"));
  EXPECT_EQ(take(), (Texts{"a port 0"}));
  EXPECT_TRUE(gate_->aligning());
  push(1, row("b"));
  EXPECT_EQ(take(), (Texts{"b port 1"}));
  push(1, Barrier{1});
  EXPECT_EQ(take(), (Texts{"barrier 1", "after port 0"}));
  EXPECT_FALSE(gate_->aligning());
}

TEST_F(InputGateTest, AChannelThatEndedCountsAsAligned) {
  open(2);
  push(0, Barrier{1});
  EXPECT_EQ(take(), Texts{});
  push(1, Watermark{kMaxWatermark});
  push(1, EndOfInput{});
  EXPECT_EQ(take(), (Texts{"barrier 1"}));
  push(0, Barrier{2});
  push(0, Watermark{kMaxWatermark});
  push(0, EndOfInput{});
  EXPECT_EQ(take(), (Texts{"barrier 2", "wm max", "end"}));
}

TEST_F(InputGateTest, WatermarksPassAsTheirMinimum) {
  open(2);
  push(0, Watermark{10});
  EXPECT_EQ(take(), Texts{});
  push(1, Watermark{5});
  push(1, Watermark{20});
  EXPECT_EQ(take(), (Texts{"wm 5", "wm 10"}));
}

TEST_F(InputGateTest, AllIdleFlushesTheGreatestHeldThenForwardsIdleness) {
  open(2);
  push(0, Watermark{10});
  push(1, Watermark{30});
  push(0, Idleness{true});
  EXPECT_EQ(take(), (Texts{"wm 10", "wm 30"}));
  push(1, Idleness{true});
  EXPECT_EQ(take(), (Texts{"idle"}));
  push(0, Idleness{false});
  push(0, Watermark{20});
  push(0, Watermark{40});
  EXPECT_EQ(take(), (Texts{"busy", "wm 40"}));
}

TEST_F(InputGateTest, AFinishedChannelLeavesTheMinimumAndTheEndComesWhenAllAreFinished) {
  open(2);
  push(0, Watermark{10});
  push(1, Watermark{5});
  push(0, Watermark{kMaxWatermark});
  EXPECT_EQ(take(), (Texts{"wm 5"}));
  push(1, Idleness{true});
  EXPECT_EQ(take(), (Texts{"idle"}));
  push(1, Watermark{kMaxWatermark});
  EXPECT_EQ(take(), (Texts{"wm max", "busy"}));
}

TEST_F(InputGateTest, RowsCarryHowFarTheOtherChannelsAre) {
  open(2);
  push(0, split_row("a", 100));
  EXPECT_EQ(take().size(), 1u);
  push(1, Watermark{7});
  EXPECT_EQ(take().size(), 0u);
  push(0, split_row("b", 100));
  push(0, row("from an operator"));
  EXPECT_EQ(take().size(), 2u);
  push(1, Idleness{true});
  EXPECT_EQ(take().size(), 0u);
  push(0, split_row("c", 100));
  EXPECT_EQ(take().size(), 1u);
  EXPECT_EQ(others_, (std::vector<EpochMillis>{kNoWatermark, 7, kMaxWatermark, kMaxWatermark}));
}

// Two subtasks, one split: that the other has none is known before the rows are, whichever channel is looked at first.
TEST_F(InputGateTest, ChannelsAnnouncedAsIdleHoldNoFirstRowBack) {
  open(2);
  push(1, Idleness{true});
  push(0, split_row("a", 5));
  EXPECT_EQ(take(), (Texts{"a port 0"}));
  EXPECT_EQ(others_, (std::vector<EpochMillis>{kMaxWatermark}));
  // Later on a channel's events keep their place.
  push(1, Watermark{3});
  push(1, Idleness{false});
  push(0, split_row("b", 6));
  EXPECT_EQ(take(), (Texts{"b port 0"}));
  EXPECT_EQ(others_.back(), kMaxWatermark);
}

TEST_F(InputGateTest, AStoppedJobEndsWithoutMovingEventTime) {
  open(2);
  push(0, Watermark{10});
  push(1, Watermark{10});
  push(0, EndOfInput{});
  push(1, EndOfInput{});
  EXPECT_EQ(take(), (Texts{"wm 10", "end"}));
}

TEST_F(InputGateTest, ABarrierOutOfOrderIsABug) {
  open(2);
  push(0, Barrier{2});
  push(1, Barrier{3});
  EXPECT_THROW(take(), EngineError);
}

TEST_F(InputGateTest, TheFaultThatSkipsAlignmentLetsRowsPass) {
  environment_.faults().enable("gate.skip_alignment", 1.0);
  open(2);
  push(0, Barrier{1});
  push(0, row("after"));
  EXPECT_EQ(take(), (Texts{"barrier 1", "after port 0"}));
  push(1, row("before"));
  push(1, Barrier{1});
  EXPECT_EQ(take(), (Texts{"before port 1"}));
}

}  // namespace
}  // namespace tidemill
