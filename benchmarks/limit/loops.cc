#include "benchmarks/limit/loops.h"

#include <algorithm>
#include <array>

namespace tidemill::bench {
namespace {

constexpr std::array kLoops = std::to_array<Loop>({
    {"q0", "bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), extra STRING>", pass_through},
    {"q1", "bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), extra STRING>",
     convert_currency},
    {"q2", "bid ROW<auction BIGINT, price BIGINT>", select_auctions},
    {"q3",
     "person ROW<id BIGINT, name STRING, city STRING, state STRING>, auction ROW<id BIGINT, seller BIGINT, category "
     "BIGINT>",
     join_local_sellers},
    {"q5", "bid ROW<auction BIGINT, dateTime TIMESTAMP(3)>", find_hot_items},
    {"q7", "bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), extra STRING>",
     find_highest_bids},
    {"q8",
     "person ROW<id BIGINT, name STRING, dateTime TIMESTAMP(3)>, auction ROW<seller BIGINT, dateTime TIMESTAMP(3)>",
     find_new_sellers},
    {"q18",
     "bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra "
     "STRING>",
     keep_last_bids},
});

}  // namespace

std::span<const Loop> all_loops() { return kLoops; }

const Loop* find_loop(std::string_view query) {
  const auto found = std::ranges::find(kLoops, query, &Loop::query);
  return found == kLoops.end() ? nullptr : &*found;
}

}  // namespace tidemill::bench
