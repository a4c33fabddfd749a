// tests/differential/random_query.h - queries made from a seed, as SQL and as a tree that the naive evaluator walks.
// Rule: a value never overflows and a query never fails, so that every difference is a bug.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemill::differential {

// splitmix64: the same numbers on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t next();
  // Returns 0 … limit - 1.
  int32_t below(int32_t limit) { return static_cast<int32_t>(next() % static_cast<uint64_t>(limit)); }
  bool chance(int32_t percent) { return below(100) < percent; }

 private:
  uint64_t state_;
};

// One row: k STRING, s STRING, x BIGINT, y BIGINT, ts TIMESTAMP(3).
struct Row {
  std::optional<std::string> k;
  std::optional<std::string> s;
  std::optional<int64_t> x;
  std::optional<int64_t> y;
  int64_t ts_ms = 0;
  int64_t number = 0;   // place in the input
  bool second = false;  // of table u, where the query reads two; otherwise all are of t
};

// A BIGINT, BOOLEAN or STRING expression. `op` is an SQL operator, a column name, or one of the words below.
struct Node {
  enum class Kind : uint8_t { kColumn, kNumber, kText, kCall };
  Kind kind = Kind::kColumn;
  std::string op;  // column name, text, or operator: + - * = <> < <= > >= AND OR NOT "IS NULL" "IS NOT NULL" COALESCE
                   // NULLIF CASE IN BETWEEN LIKE "IS DISTINCT FROM"
  int64_t number = 0;
  std::vector<Node> arguments;

  std::string sql() const;
};

struct Aggregate {
  std::string
      function;  // COUNT SUM MIN MAX AVG; of numbers or texts, as they are ordered: FIRST_VALUE LAST_VALUE LISTAGG
  std::optional<Node> argument;  // none: COUNT(*)
  bool distinct = false;
  std::optional<Node> filter;

  // True where the order of rows matters to the result.
  bool ordered() const { return function == "FIRST_VALUE" || function == "LAST_VALUE" || function == "LISTAGG"; }
  std::string sql() const;
};

struct Window {
  enum class Kind : uint8_t { kNone, kTumble, kHop, kCumulate, kSession };
  Kind kind = Kind::kNone;
  int64_t size_ms = 0;   // SESSION: the gap
  int64_t slide_ms = 0;  // HOP: slide, CUMULATE: step
  int64_t offset_ms = 0;
};

// ROWS or RANGE BETWEEN so many rows or milliseconds (none: UNBOUNDED) PRECEDING AND CURRENT ROW.
struct Frame {
  bool rows = false;
  std::optional<int64_t> preceding;
};

struct Query {
  enum class Shape : uint8_t {
    kProject,
    kDistinct,
    kGroup,
    kRegroup,  // SELECT a0, COUNT(*), SUM(last aggregate) of the rows of a kGroup, GROUP BY a0: its input changes
    kAssign,   // kProject over a window function without GROUP BY
    kWindow,
    kOver,         // SELECT k, x, ts, aggregates OVER (PARTITION BY keys ORDER BY ts frame)
    kTopN,         // the rows whose number by `order` is from first to last
    kDeduplicate,  // the first or last row by ts
  };
  Shape shape = Shape::kProject;
  int64_t watermark_delay_ms = 0;
  std::vector<Node> projections;  // kProject, kAssign
  std::vector<std::string> keys;  // columns; kAssign: those of PARTITION BY; not kProject
  std::vector<Aggregate> aggregates;
  Window window;
  std::optional<Node> where;
  std::optional<int64_t> having_more_than;  // HAVING COUNT(*) > n
  bool two_tables = false;                  // FROM t UNION ALL u: kGroup, kRegroup

  Frame frame;                     // kOver
  std::vector<std::string> order;  // kTopN: columns, and "ts" for kDeduplicate
  bool descending = false;         // all of `order`
  int64_t first = 1, last = 1;     // kTopN
  bool numbers = false;            // kTopN: the number is a column

  std::string sql() const;
  std::string table_sql() const;

 private:
  std::string over_sql() const;
  std::string rank_sql() const;
};

Query random_query(Dice& dice);
// A BIGINT, a STRING, a BOOLEAN of the columns k, s, x, y; at most so many calls deep.
Node random_number(Dice& dice, int32_t depth);
Node random_text(Dice& dice);
Node random_condition(Dice& dice, int32_t depth);
std::vector<Row> random_rows(Dice& dice);

// True where the expression is a STRING.
bool is_text(const Node& node);
// The row's columns as text; nullopt is NULL.
std::vector<std::optional<std::string>> cells_of(const Row& row);
// Returns "2020-01-01 00:00:01.234" of milliseconds since that day's start.
std::string time_text(int64_t ms);

}  // namespace tidemill::differential
