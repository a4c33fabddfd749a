// benchmarks/limit/loops.h - queries of Nexmark as loops written by hand, on one thread. Rule: each gives the result
// of its query over these events, and does for it what a person would who knows the query and the events' order: no
// plan, no late rows, no state that outlives the process.
#pragma once
#include <span>
#include <string_view>

#include "benchmarks/limit/event_columns.h"
#include "benchmarks/limit/result_rows.h"

namespace tidemill::bench {

void pass_through(const EventColumns& events, ResultTaker& taker);        // q0
void convert_currency(const EventColumns& events, ResultTaker& taker);    // q1
void select_auctions(const EventColumns& events, ResultTaker& taker);     // q2
void join_local_sellers(const EventColumns& events, ResultTaker& taker);  // q3
void find_hot_items(const EventColumns& events, ResultTaker& taker);      // q5
void find_highest_bids(const EventColumns& events, ResultTaker& taker);   // q7
void find_new_sellers(const EventColumns& events, ResultTaker& taker);    // q8
void keep_last_bids(const EventColumns& events, ResultTaker& taker);      // q18

struct Loop {
  std::string_view query;
  std::string_view schema;  // the fields that it reads, for EventColumns
  void (*run)(const EventColumns&, ResultTaker&);
};

std::span<const Loop> all_loops();
// Returns null where that query has none.
const Loop* find_loop(std::string_view query);

}  // namespace tidemill::bench
