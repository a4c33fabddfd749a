// operators/signed_rows.h - rows of a batch that count, or cease to.
#pragma once
#include <cstdint>
#include <vector>

namespace tidemill {

// Rows of a batch in order, each to be added (1) or taken back (-1).
struct SignedRows {
  std::vector<int32_t> rows;
  std::vector<int8_t> signs;
  bool any_retracted = false;

  void clear() {
    rows.clear();
    signs.clear();
    any_retracted = false;
  }
  void add(int32_t row, int8_t sign) {
    rows.push_back(row);
    signs.push_back(sign);
    any_retracted |= sign < 0;
  }
};

}  // namespace tidemill
