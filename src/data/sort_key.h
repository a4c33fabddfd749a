// data/sort_key.h - one key of an order. Rule: plain data, for plans and operators alike.
#pragma once
#include <cstdint>

namespace tidemill {

struct SortKey {
  int32_t column = 0;
  bool descending = false;
  bool nulls_first = true;
  bool operator==(const SortKey&) const = default;
};

}  // namespace tidemill
