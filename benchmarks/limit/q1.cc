#include <algorithm>

#include "benchmarks/limit/loops.h"

namespace tidemill::bench {

void convert_currency(const EventColumns& events, ResultTaker& taker) {
  constexpr int64_t kRate = 908;  // 0.908, as prices become DECIMAL(23, 3)
  const auto auctions = events.numbers("bid.auction"), bidders = events.numbers("bid.bidder");
  const auto prices = events.numbers("bid.price"), times = events.numbers("bid.dateTime");
  const auto extras = events.texts("bid.extra");
  ResultBlock<int64_t, int64_t, int128, int64_t, Text> block(taker);
  for (size_t at = 0; at < auctions.size(); at += kBlockRows) {
    const size_t rows = std::min(kBlockRows, auctions.size() - at);
    std::copy_n(auctions.data() + at, rows, block.column<0>());
    std::copy_n(bidders.data() + at, rows, block.column<1>());
    int128* const converted = block.column<2>();
    for (size_t i = 0; i < rows; ++i) converted[i] = int128{prices[at + i]} * kRate;
    std::copy_n(times.data() + at, rows, block.column<3>());
    std::copy_n(extras.data() + at, rows, block.column<4>());
    block.take_rows(rows);
  }
}

}  // namespace tidemill::bench
