#include <algorithm>

#include "benchmarks/limit/key_table.h"
#include "benchmarks/limit/loops.h"

namespace tidemill::bench {
namespace {

constexpr int64_t kSlideMs = 2'000;
constexpr size_t kSlices = 5;  // of a window of ten seconds

using Counts = KeyTable<int64_t>;

// Gives the auctions with the most bids in all of these slices.
void close_window(const std::array<Counts, kSlices>& slices, Counts& window, ResultBlock<int64_t, int64_t>& block) {
  window.clear();
  int64_t most = 0;
  for (const Counts& slice : slices)
    for (const Counts::Slot& slot : slice.slots())
      if (slot.key != 0) most = std::max(most, window[slot.key] += slot.value);
  if (most == 0) return;
  for (const Counts::Slot& slot : window.slots())
    if (slot.key != 0 && slot.value == most) block.append(slot.key, slot.value);
}

}  // namespace

// Event times rise: a slice of two seconds is counted once, and is a part of the five windows that follow.
void find_hot_items(const EventColumns& events, ResultTaker& taker) {
  const auto auctions = events.numbers("bid.auction"), times = events.numbers("bid.dateTime");
  ResultBlock<int64_t, int64_t> block(taker);
  std::array<Counts, kSlices> slices;
  Counts window;
  size_t current = 0;
  const auto next_slice = [&] {
    close_window(slices, window, block);
    current = (current + 1) % kSlices;
    slices[current].clear();
  };
  int64_t end = times.empty() ? 0 : times[0] - times[0] % kSlideMs + kSlideMs;
  for (size_t i = 0; i < times.size();) {
    for (; times[i] >= end; end += kSlideMs) next_slice();
    Counts& counts = slices[current];
    for (; i < times.size() && times[i] < end; ++i) ++counts[auctions[i]];
  }
  for (size_t i = 0; i < kSlices; ++i) next_slice();  // those that are open at the end
  block.finish();
}

}  // namespace tidemill::bench
