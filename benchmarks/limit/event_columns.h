// benchmarks/limit/event_columns.h - the events that loops by hand read: one array a field, of the events of one kind.
// Rule: they are those of connector `nexmark` with the options of benchmarks/nexmark/tables.sql, in its order.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/column.h"
#include "data/text.h"

namespace tidemill::bench {

class EventColumns {
 public:
  // Makes `events` events, and keeps the fields that `schema` names: "bid ROW<auction BIGINT, extra STRING>", as a
  // table declares them.
  EventColumns(std::string_view schema, int64_t events);

  // Return a field, "bid.auction": BIGINT, TIMESTAMP(3) in milliseconds; STRING. Requires: the schema names it.
  std::span<const int64_t> numbers(std::string_view field) const { return numbers_.find(field)->second; }
  std::span<const Text> texts(std::string_view field) const { return texts_.find(field)->second; }

 private:
  void append(const std::string& field, const Column& values, const Column& row);

  std::map<std::string, std::vector<int64_t>, std::less<>> numbers_;
  std::map<std::string, std::vector<Text>, std::less<>> texts_;
  std::vector<ColumnPtr> kept_;  // what long texts point into
};

}  // namespace tidemill::bench
