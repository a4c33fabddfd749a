#include "runtime/watermark_merger.h"

#include <gtest/gtest.h>

#include <optional>

#include "env/random.h"

namespace tidemill {
namespace {

TEST(WatermarkMerger, IsTheMinimumOfActiveInputsAndNeverGoesBack) {
  WatermarkMerger merger(2);
  merger.advance(0, 10);
  EXPECT_EQ(merger.merged(), kNoWatermark);
  merger.advance(1, 5);
  EXPECT_EQ(merger.merged(), 5);
  merger.advance(1, 3);
  EXPECT_EQ(merger.watermark(1), 5);
  merger.advance(1, 20);
  EXPECT_EQ(merger.merged(), 10);
  EXPECT_EQ(merger.others(0), 20);
  EXPECT_EQ(merger.others(1), 10);
  EXPECT_EQ(merger.lowest(), 0);
}

TEST(WatermarkMerger, AnIdleInputLeavesTheMinimumAndComesBackWithoutPullingItDown) {
  WatermarkMerger merger(2);
  merger.advance(0, 10);
  merger.advance(1, 2);
  merger.set_idle(1, true);
  EXPECT_EQ(merger.merged(), 10);
  EXPECT_FALSE(merger.idle());
  EXPECT_EQ(merger.others(0), kMaxWatermark);
  merger.set_idle(1, false);
  EXPECT_EQ(merger.merged(), 10);
  EXPECT_EQ(merger.others(0), 2);
  merger.advance(0, 30);
  EXPECT_EQ(merger.merged(), 10);
  merger.advance(1, 15);
  EXPECT_EQ(merger.merged(), 15);
}

TEST(WatermarkMerger, AllIdleRisesToTheGreatestHeld) {
  WatermarkMerger merger(3);
  merger.advance(0, 10);
  merger.advance(1, 40);
  merger.advance(2, 5);
  merger.set_idle(1, true);
  merger.set_idle(2, true);
  EXPECT_EQ(merger.merged(), 10);
  merger.set_idle(0, true);
  EXPECT_EQ(merger.merged(), 40);
  EXPECT_TRUE(merger.idle());
}

TEST(WatermarkMerger, AFinishedInputNeverPushesTheOthersToTheEnd) {
  WatermarkMerger merger(2);
  merger.advance(0, 10);
  merger.advance(1, 7);
  merger.advance(0, kMaxWatermark);
  EXPECT_EQ(merger.merged(), 7);
  merger.set_idle(1, true);
  EXPECT_EQ(merger.merged(), 7);
  EXPECT_TRUE(merger.idle());
  merger.finish(1);
  EXPECT_EQ(merger.merged(), kMaxWatermark);
  EXPECT_FALSE(merger.idle());
}

TEST(WatermarkMerger, AnAddedInputHoldsTheMergedWatermarkWhereItIs) {
  WatermarkMerger merger(1);
  merger.advance(0, 10);
  const int32_t added = merger.add();
  EXPECT_EQ(merger.merged(), 10);
  merger.advance(0, 50);
  EXPECT_EQ(merger.merged(), 10);
  merger.advance(added, 20);
  EXPECT_EQ(merger.merged(), 20);
}

// A second implementation, as slow and as plain as can be.
struct Model {
  struct Input {
    EpochMillis watermark = kNoWatermark;
    bool idle = false, finished = false;
  };
  std::vector<Input> inputs;
  EpochMillis merged = kNoWatermark;

  void update() {
    std::optional<EpochMillis> minimum, maximum;
    bool all_finished = true;
    for (const Input& input : inputs) {
      if (input.finished) continue;
      all_finished = false;
      maximum = std::max(maximum.value_or(kNoWatermark), input.watermark);
      if (!input.idle) minimum = std::min(minimum.value_or(kMaxWatermark), input.watermark);
    }
    const EpochMillis now = all_finished ? kMaxWatermark : minimum ? *minimum : *maximum;
    merged = std::max(merged, now);
  }
};

TEST(WatermarkMerger, AgreesWithAPlainModelOverRandomRuns) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    const auto count = static_cast<int32_t>(1 + random.below(5));
    WatermarkMerger merger(count);
    Model model;
    model.inputs.resize(static_cast<size_t>(count));
    for (int step = 0; step < 60; ++step) {
      const auto input = static_cast<int32_t>(random.below(static_cast<uint64_t>(count)));
      Model::Input& state = model.inputs[static_cast<size_t>(input)];
      switch (random.below(10)) {
        case 0:
          merger.finish(input);
          state.finished = true;
          break;
        case 1:
        case 2: {
          const bool idle = random.below(2) == 0;
          merger.set_idle(input, idle);
          state.idle = idle;
          break;
        }
        default: {
          const auto time = static_cast<EpochMillis>(random.below(100));
          merger.advance(input, time);
          if (!state.finished) state.watermark = std::max(state.watermark, time);
        }
      }
      model.update();
      ASSERT_EQ(merger.merged(), model.merged) << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace tidemill
