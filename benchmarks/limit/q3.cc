#include "benchmarks/limit/key_table.h"
#include "benchmarks/limit/loops.h"

namespace tidemill::bench {

// An auction may come before its seller: all people first, since the result is the same.
void join_local_sellers(const EventColumns& events, ResultTaker& taker) {
  constexpr int64_t kCategory = 10;
  const auto ids = events.numbers("person.id");
  const auto names = events.texts("person.name"), cities = events.texts("person.city");
  const auto states = events.texts("person.state");
  const Text oregon("OR"), idaho("ID"), california("CA");
  KeyTable<size_t> people;
  for (size_t i = 0; i < ids.size(); ++i)
    if (states[i] == oregon || states[i] == idaho || states[i] == california) people[ids[i]] = i;
  const auto auctions = events.numbers("auction.id"), sellers = events.numbers("auction.seller");
  const auto categories = events.numbers("auction.category");
  ResultBlock<Text, Text, Text, int64_t> block(taker);
  for (size_t i = 0; i < auctions.size(); ++i) {
    if (categories[i] != kCategory) continue;
    if (const size_t* const person = people.find(sellers[i]))
      block.append(names[*person], cities[*person], states[*person], auctions[i]);
  }
  block.finish();
}

}  // namespace tidemill::bench
