#include "base/hash.h"
#include "benchmarks/limit/loops.h"

namespace tidemill::bench {
namespace {

constexpr size_t kFetchAhead = 16;  // rows between asking for a slot and using it

// Which bid is the last of a bidder for an auction.
class LastBids {
 public:
  struct Slot {
    int64_t auction = 0;  // 0: free
    int64_t bidder = 0;
    size_t bid = 0;
  };
  LastBids() : slots_(1 << 16) {}
  void fetch(int64_t auction, int64_t bidder) const { __builtin_prefetch(&slots_[hash(auction, bidder)]); }
  // Returns the slot of the two; free where there is none yet: the caller fills it.
  Slot& find(int64_t auction, int64_t bidder) {
    if (used_ * 2 > slots_.size()) grow();
    Slot& slot = place(auction, bidder);
    if (slot.auction == 0) ++used_;
    return slot;
  }

 private:
  size_t hash(int64_t auction, int64_t bidder) const {
    return hash_integer(static_cast<uint64_t>(auction) << 32 ^ static_cast<uint64_t>(bidder)) & (slots_.size() - 1);
  }
  Slot& place(int64_t auction, int64_t bidder) {
    size_t at = hash(auction, bidder);
    while (slots_[at].auction != 0 && (slots_[at].auction != auction || slots_[at].bidder != bidder))
      at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }
  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 4));
    for (const Slot& slot : old)
      if (slot.auction != 0) place(slot.auction, slot.bidder) = slot;
  }

  std::vector<Slot> slots_;
  size_t used_ = 0;
};

}  // namespace

// Gives every change, as the query does: the bid before goes when the next one comes. Event times rise, so that the
// bid at hand is always the last one.
void keep_last_bids(const EventColumns& events, ResultTaker& taker) {
  const auto auctions = events.numbers("bid.auction"), bidders = events.numbers("bid.bidder");
  const auto prices = events.numbers("bid.price"), times = events.numbers("bid.dateTime");
  const auto channels = events.texts("bid.channel"), urls = events.texts("bid.url"), extras = events.texts("bid.extra");
  ResultBlock<int64_t, int64_t, int64_t, Text, Text, int64_t, Text> block(taker);
  const auto give = [&](RowKind kind, size_t i) {
    block.append(kind, auctions[i], bidders[i], prices[i], channels[i], urls[i], times[i], extras[i]);
  };
  LastBids last;
  for (size_t i = 0; i < auctions.size(); ++i) {
    if (i + kFetchAhead < auctions.size()) last.fetch(auctions[i + kFetchAhead], bidders[i + kFetchAhead]);
    LastBids::Slot& slot = last.find(auctions[i], bidders[i]);
    if (slot.auction == 0) {
      give(RowKind::kInsert, i);
    } else {
      give(RowKind::kUpdateBefore, slot.bid);
      give(RowKind::kUpdateAfter, i);
    }
    slot = {auctions[i], bidders[i], i};
  }
  block.finish();
}

}  // namespace tidemill::bench
