#include <algorithm>

#include "benchmarks/limit/loops.h"

namespace tidemill::bench {

// As a windowed query: a bid is compared with the highest price of its window, and of the window that ends at its very
// time, since BETWEEN takes both ends.
void find_highest_bids(const EventColumns& events, ResultTaker& taker) {
  constexpr int64_t kWindowMs = 10'000;
  const auto auctions = events.numbers("bid.auction"), bidders = events.numbers("bid.bidder");
  const auto prices = events.numbers("bid.price"), times = events.numbers("bid.dateTime");
  const auto extras = events.texts("bid.extra");
  ResultBlock<int64_t, int64_t, int64_t, int64_t, Text> block(taker);
  const auto give = [&](size_t i) { block.append(auctions[i], bidders[i], prices[i], times[i], extras[i]); };
  for (size_t begin = 0; begin < times.size();) {
    const int64_t end_ms = times[begin] - times[begin] % kWindowMs + kWindowMs;
    const size_t end = static_cast<size_t>(
        std::lower_bound(times.begin() + static_cast<ptrdiff_t>(begin), times.end(), end_ms) - times.begin());
    const int64_t highest =
        *std::max_element(prices.begin() + static_cast<ptrdiff_t>(begin), prices.begin() + static_cast<ptrdiff_t>(end));
    for (size_t i = begin; i < end; ++i)
      if (prices[i] == highest) give(i);
    for (size_t i = end; i < times.size() && times[i] == end_ms; ++i)
      if (prices[i] == highest) give(i);
    begin = end;
  }
  block.finish();
}

}  // namespace tidemill::bench
