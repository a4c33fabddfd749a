// tests/differential/random_match.h - MATCH_RECOGNIZE made from a seed, as SQL and as a tree. Rule: no row is late, and
// the last variable always has exactly one row, so that every pattern is a legal one.
#pragma once
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/differential/naive.h"
#include "tests/differential/random_query.h"

namespace tidemill::differential {

// A part of a pattern.
struct Part {
  enum class Kind : uint8_t { kVariable, kSequence, kChoice, kRepetition };
  Kind kind = Kind::kVariable;
  int32_t variable = 0;
  std::vector<Part> parts;
  int32_t least = 1;
  std::optional<int32_t> most;
  bool greedy = true;

  std::string sql() const;
};

// What a row must be for a variable, of x.
struct Condition {
  enum class Kind : uint8_t {
    kNone,
    kBelow,       // x < number
    kAtLeast,     // x >= number
    kAboveLast,   // x > LAST(other.x)
    kRising,      // LAST(x, 1) IS NULL OR x > LAST(x, 1)
    kSumBelow,    // SUM(own.x) < number
    kFewer,       // COUNT(*) < number
    kAboveFirst,  // x >= FIRST(x)
    kFalling,     // x > NEXT(x)
    kBelowNext    // NEXT(x, 2) IS NULL OR own.x < NEXT(x, 2)
  };
  Kind kind = Kind::kNone;
  int64_t number = 0;
  int32_t other = 0;

  std::string sql(int32_t own) const;
};

struct Match {
  enum class Skip : uint8_t { kPastLastRow, kToNextRow, kToFirst, kToLast };
  Part pattern;
  std::vector<Condition> conditions;  // by variable
  Skip skip = Skip::kToNextRow;
  std::optional<int64_t> within_ms;

  std::string sql() const;
  static std::string table_sql();
};

Match random_match(Dice& dice);
// Rows in the order of time, but for some that are up to three seconds early or late.
std::vector<Row> random_match_rows(Dice& dice);
// There are more ways to fit a pattern than can be walked.
struct TooManyWays : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws TooManyWays.
Answer match_naively(const Match& match, const std::vector<Row>& rows);

}  // namespace tidemill::differential
