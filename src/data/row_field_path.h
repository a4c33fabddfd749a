// data/row_field_path.h - names a field of a ROW column, or of a ROW in it.
#pragma once
#include <compare>
#include <cstdint>
#include <vector>

namespace tidemill {

struct RowFieldPath {
  int32_t column = 0;           // the ROW
  std::vector<int32_t> places;  // of a field in it, of one in that ROW, …; at least one
  auto operator<=>(const RowFieldPath&) const = default;
};

}  // namespace tidemill
