#include "benchmarks/limit/loops.h"

namespace tidemill::bench {

void select_auctions(const EventColumns& events, ResultTaker& taker) {
  constexpr uint64_t kEvery = 123;
  const auto auctions = events.numbers("bid.auction"), prices = events.numbers("bid.price");
  ResultBlock<int64_t, int64_t> block(taker);
  for (size_t i = 0; i < auctions.size(); ++i)  // ids are above 0: the unsigned remainder is cheaper
    if (static_cast<uint64_t>(auctions[i]) % kEvery == 0) block.append(auctions[i], prices[i]);
  block.finish();
}

}  // namespace tidemill::bench
