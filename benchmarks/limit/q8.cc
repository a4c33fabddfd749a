#include "benchmarks/limit/key_table.h"
#include "benchmarks/limit/loops.h"

namespace tidemill::bench {

// A person has one id, so that GROUP BY id, name has nothing to do.
void find_new_sellers(const EventColumns& events, ResultTaker& taker) {
  constexpr int64_t kWindowMs = 10'000;
  const auto ids = events.numbers("person.id"), person_times = events.numbers("person.dateTime");
  const auto names = events.texts("person.name");
  const auto sellers = events.numbers("auction.seller"), auction_times = events.numbers("auction.dateTime");
  ResultBlock<int64_t, Text, int64_t> block(taker);
  KeyTable<char> selling;
  size_t auction = 0;
  for (size_t person = 0; person < ids.size();) {
    const int64_t start = person_times[person] - person_times[person] % kWindowMs;
    while (auction < sellers.size() && auction_times[auction] < start) ++auction;
    selling.clear();
    for (; auction < sellers.size() && auction_times[auction] < start + kWindowMs; ++auction) selling[sellers[auction]];
    for (; person < ids.size() && person_times[person] < start + kWindowMs; ++person)
      if (selling.find(ids[person]) != nullptr) block.append(ids[person], names[person], start);
  }
  block.finish();
}

}  // namespace tidemill::bench
