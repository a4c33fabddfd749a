// connectors/nexmark/nexmark_events.h - what event number n holds. Rule: each field is a function of the settings and n
// alone. The shape is that of the published generators (Tucker et al., NEXMark, 2002; Apache Beam's and Flink's
// Nexmark): events come in rounds of so many people, auctions and bids; bids prefer a hot auction and a hot bidder,
// which change every 100; people and auctions are chosen among those that are active, and a few that are yet to come.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "base/time.h"
#include "connectors/nexmark/nexmark_fields.h"

namespace tidemill {

struct NexmarkSettings {
  uint64_t seed = 0;
  EpochMillis start = 0;  // time of event 0
  int64_t events_per_second = 0;
  int64_t people = 1, auctions = 3, bids = 46;  // of a round, in this order
  // One in so many is not of the hot one.
  int64_t hot_auctions = 2, hot_bidders = 4, hot_sellers = 4;
  int64_t person_bytes = 200, auction_bytes = 500, bid_bytes = 100;  // on average, made up by `extra`
};

// Immutable.
class NexmarkEvents {
 public:
  explicit NexmarkEvents(const NexmarkSettings& settings) : settings_(settings) {}

  NexmarkKind kind(int64_t number) const;
  EpochMillis time(int64_t number) const;
  // Appends the ROW of these fields, as data/nested.h has it. Requires: fields of kind(number).
  void append_row(std::string& out, std::span<const NexmarkField> fields, int64_t number) const;
  // Returns a number or a time, in ms of UTC; appends a text. Requires: the field is one, of kind(number).
  int64_t integer(NexmarkField field, int64_t number) const;
  void append_text(std::string& out, NexmarkField field, int64_t number) const;

 private:
  // Number of the last person or auction at event `number`, itself among them, from 0.
  int64_t last_person(int64_t number) const;
  int64_t last_auction(int64_t number) const;

  struct Draws;
  Draws draws_of(int64_t number) const;
  int64_t integer(NexmarkField field, int64_t number, const Draws& draws) const;
  void append_text(std::string& out, NexmarkField field, int64_t number, const Draws& draws) const;
  void append_extra(std::string& out, int64_t number, const Draws& draws) const;
  void append_channel(std::string& out, NexmarkField field, const Draws& draws) const;
  int64_t active_person(int64_t number, const Draws& draws) const;
  int64_t active_auction(int64_t number, const Draws& draws) const;

  NexmarkSettings settings_;
};

}  // namespace tidemill
