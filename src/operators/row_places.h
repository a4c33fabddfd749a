// operators/row_places.h - where rows stand in the order of OVER, as bytes that memcmp orders. Rule: by the values of
// ORDER BY; equal ones by their place in the log (split, offset) where that is asked for, and at last by arrival.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "data/sort_key.h"

namespace tidemill {

// One batch at a time.
class RowPlaces {
 public:
  // `by_log`: equal rows are in the order of their splits and offsets, which does not depend on when they came; not for
  // rows that are taken back, which have another offset then. `latest_first`: of equal rows the later one stands first.
  RowPlaces(std::vector<SortKey> order, bool by_log, bool latest_first);

  // Reads the batch, which must outlive this use.
  void begin(const Batch& batch);
  // Returns the bytes of the row's values: all places of rows with equal values begin with them. Valid until the next
  // call.
  std::string_view values(int32_t row);
  // Returns the place of the row that is the `arrival`-th to come. Valid until the next call.
  std::string_view place(int32_t row, int64_t arrival);
  // Returns the end of the places that begin with `values`: all of them are before it. Valid until the next call of it.
  std::string_view end_of(std::string_view values);

 private:
  void append_values(int32_t row);

  std::vector<SortKey> order_;
  bool by_log_;
  bool latest_first_;
  const Batch* batch_ = nullptr;
  std::string split_;  // of the batch
  std::string place_;
  std::string end_;
};

}  // namespace tidemill
