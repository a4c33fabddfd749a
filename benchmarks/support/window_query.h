// benchmarks/support/window_query.h - the query that is compared: bids an auction in tumbling windows of ten seconds.
// Rule: what the engine gives is summed up as TumblingCount sums up its own.
#pragma once
#include <cstdint>
#include <string_view>

#include "benchmarks/support/bids.h"

namespace tidemill::bench {

// Reads the columns `auction` and `date_time` alone, or every column: it then counts bids whose every field has a
// value.
enum class FieldsRead : uint8_t { kTwo, kEight };

// Runs the query in the engine and returns the sum of row_hash(auction, window start, count).
uint64_t count_by_engine(const BidFile& file, FieldsRead fields);

}  // namespace tidemill::bench
