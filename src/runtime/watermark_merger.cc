#include "runtime/watermark_merger.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {

WatermarkMerger::WatermarkMerger(int32_t inputs) {
  for (int32_t i = 0; i < inputs; ++i) add();
}

int32_t WatermarkMerger::add() {
  const auto input = static_cast<int32_t>(inputs_.size());
  inputs_.emplace_back();
  active_.emplace(kNoWatermark, input);
  ++unfinished_;
  return input;
}

void WatermarkMerger::advance(int32_t input, EpochMillis watermark) {
  Input& state = inputs_[static_cast<size_t>(input)];
  if (watermark == kMaxWatermark) return finish(input);
  if (watermark <= state.watermark || state.status == Status::kFinished) return;
  if (state.status == Status::kActive) {
    active_.erase({state.watermark, input});
    active_.emplace(watermark, input);
  }
  state.watermark = watermark;
  merge();
}

void WatermarkMerger::set_idle(int32_t input, bool idle) {
  Input& state = inputs_[static_cast<size_t>(input)];
  if (state.status == Status::kFinished || (state.status == Status::kIdle) == idle) return;
  if (idle)
    active_.erase({state.watermark, input});
  else
    active_.emplace(state.watermark, input);
  state.status = idle ? Status::kIdle : Status::kActive;
  merge();
}

void WatermarkMerger::finish(int32_t input) {
  Input& state = inputs_[static_cast<size_t>(input)];
  if (state.status == Status::kFinished) return;
  if (state.status == Status::kActive) active_.erase({state.watermark, input});
  state.status = Status::kFinished;
  --unfinished_;
  merge();
}

EpochMillis WatermarkMerger::others(int32_t input) const {
  auto lowest = active_.begin();
  if (lowest != active_.end() && lowest->second == input) ++lowest;
  return lowest == active_.end() ? kMaxWatermark : lowest->first;
}

void WatermarkMerger::merge() {
  EpochMillis merged = kNoWatermark;
  if (finished()) {
    merged = kMaxWatermark;
  } else if (!active_.empty()) {
    merged = active_.begin()->first;
  } else {
    for (const Input& input : inputs_)
      if (input.status == Status::kIdle) merged = std::max(merged, input.watermark);
  }
  merged_ = std::max(merged_, merged);
}

}  // namespace tidemill
