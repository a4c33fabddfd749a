// tests/differential/random_over.h - OVER by any order and frame, of rows that change or of batch mode, from a seed;
// and what it must give. Rule: where a result depends on which of two peers stands first, every column is in the order.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tests/differential/naive.h"

namespace tidemill::differential {

struct OverQuery {
  struct Key {
    std::string column;  // k, s, x, y, ts
    bool descending = false;
    bool nulls_last = false;  // not as the direction has it
  };
  // UNBOUNDED, or so many rows or units before (negative) or behind.
  using Bound = std::optional<int64_t>;
  // An aggregate over the frame, or a function of where the row stands.
  struct Call {
    std::optional<Aggregate> aggregate;
    std::string function;   // ROW_NUMBER, RANK, DENSE_RANK, PERCENT_RANK, CUME_DIST, NTILE, LAG, LEAD
    int64_t parameter = 0;  // of NTILE, LAG, LEAD
  };

  std::vector<std::string> partition;
  std::vector<Key> order;
  bool rows = false;
  Bound start, end = 0;
  std::vector<Call> calls;
  bool batch = false;

  std::string sql() const;
};

OverQuery random_over(Dice& dice);
Answer over_naively(const OverQuery& query, const std::vector<Row>& rows);

}  // namespace tidemill::differential
