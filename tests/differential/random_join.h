// tests/differential/random_join.h - joins made from a seed, as SQL and as a plain record. Rule: no row is late, so
// that the answer does not depend on the order in which two tables are read.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tests/differential/naive.h"
#include "tests/differential/random_query.h"

namespace tidemill::differential {

// Rows of t (not second) with rows of u (second).
struct Join {
  enum class Kind : uint8_t { kRegular, kAggregated, kInterval, kWindow };  // kAggregated: with u grouped by k
  enum class Type : uint8_t { kInner, kLeft, kRight, kFull, kExists, kNotExists, kIn, kNotIn };
  Kind kind = Kind::kRegular;
  Type type = Type::kInner;
  std::vector<std::string> keys;       // k, s, x: columns that are equal
  bool null_safe = false;              // IS NOT DISTINCT FROM
  std::optional<std::string> less;     // a.x < b.x, say: a column of both
  int64_t lower_ms = 0, upper_ms = 0;  // kInterval: of a.ts - b.ts
  int64_t window_ms = 0;               // kWindow: TUMBLE

  std::string sql() const;
  static std::string table_sql();
};

Join random_join(Dice& dice);
Answer join_naively(const Join& join, const std::vector<Row>& rows);

}  // namespace tidemill::differential
