// plan/join.h - two inputs to pairs of rows that fit. Rule: output is the left columns, then the right ones, made
// nullable where a row may stand alone; SEMI and ANTI give left columns only.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "data/join_type.h"
#include "expr/expression.h"
#include "plan/passes/window_columns.h"
#include "plan/plan_node.h"

namespace tidemill {

// left = right of a condition, or left IS NOT DISTINCT FROM right: columns of the two inputs, whose values are equal
// exactly where their bytes as keys are.
struct JoinKey {
  int32_t left = 0;
  int32_t right = 0;
  bool null_safe = false;  // NULL fits NULL
};

// How rows are matched besides the condition.
//
// Regular: each row with all that the other side holds now; state is kept for ever, or for a time to live.
struct RegularMatch {
  // Of the rows of each input, by the STATE_TTL hint; 0: for ever. nullopt: as the session says.
  std::array<std::optional<DurationMillis>, 2> state_ttl_ms = {};
};
// Interval: right time + lower_ms <= left time <= right time + upper_ms. Columns of the two inputs, of the same kind of
// time.
struct IntervalMatch {
  int32_t left_time = 0;
  int32_t right_time = 0;
  DurationMillis lower_ms = 0;
  DurationMillis upper_ms = 0;
  bool processing_time = false;
};
// Window: rows of the same window, when it ends. The keys hold the starts and the ends of both sides.
struct WindowMatch {
  WindowColumns left;
  WindowColumns right;
  bool zoned = false;  // they lie on the wall clock of the session's zone
};
// Temporal: each left row with the version of the right row that was valid at the left row's time (event time).
struct TemporalMatch {
  int32_t left_time = 0;
  int32_t right_time = 0;
};
// Lookup: each left row with the rows that the right table has for its keys when the left row is processed. The right
// input is what is read of the rows found.
struct LookupMatch {
  // LOOKUP: keys without rows are asked for again, this often at most and after this time; nullopt: they are not.
  struct Retry {
    DurationMillis delay_ms = 0;
    int64_t attempts_max = 0;
  };
  std::optional<Retry> retry = {};
  bool by_key = false;  // left rows of one key meet in one subtask, so that it alone remembers the answer
};
using JoinMatch = std::variant<RegularMatch, IntervalMatch, WindowMatch, TemporalMatch, LookupMatch>;

class JoinNode : public PlanNode {
 public:
  static constexpr PlanKind kKind = PlanKind::kJoin;
  // `condition` is over the columns of both inputs, those of the right one behind those of the left one; null: all
  // pairs.
  JoinNode(PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr condition, JoinMatch match, SchemaPtr schema,
           SourceLocation location);

  const PlanPtr& left() const { return input(0); }
  const PlanPtr& right() const { return input(1); }
  JoinType type() const { return type_; }
  const ExpressionPtr& condition() const { return condition_; }
  const JoinMatch& match() const { return match_; }
  const SourceLocation& location() const { return location_; }
  // Columns of the left input: where those of the right one begin in the condition.
  int32_t left_columns() const { return left()->schema()->size(); }
  // The condition's equalities of columns, and what is left of it (over the columns of both inputs; null: nothing).
  const std::vector<JoinKey>& keys() const { return keys_; }
  const ExpressionPtr& residual() const { return residual_; }
  // Returns the key columns of one input.
  std::vector<int32_t> key_columns(size_t input) const;
  // Returns the columns of one input that the node itself reads, each once, ascending.
  std::vector<int32_t> read_columns(size_t input) const;

  PlanPtr with_inputs(std::vector<PlanPtr> inputs) const override;
  std::string logical_text() const override;
  std::string physical_text() const override;
  std::string digest() const override;

 private:
  std::string match_text() const;

  JoinType type_;
  ExpressionPtr condition_;
  JoinMatch match_;
  SourceLocation location_;
  std::vector<JoinKey> keys_;
  ExpressionPtr residual_;
};

// Makes the node with its schema. Time attributes: an interval join keeps those of both sides, a window join too, a
// temporal and a lookup join those of the left side; of a regular join no column is one, since its rows come in any
// order of time.
PlanPtr make_join(PlanPtr left, PlanPtr right, JoinType type, ExpressionPtr condition, JoinMatch match,
                  SourceLocation location);
// Returns the join with renumbered columns over other inputs: column i of the left (right) input is now column
// left_places[i] (right_places[i]).
PlanPtr renumber_join(const JoinNode& join, PlanPtr left, std::span<const int32_t> left_places, PlanPtr right,
                      std::span<const int32_t> right_places);

// Returns the conjuncts of a condition; none for null.
std::vector<ExpressionPtr> conjuncts_of(const ExpressionPtr& condition);
// Returns the conjunction, null for none.
ExpressionPtr conjunction_of(std::vector<ExpressionPtr> conjuncts);
// True where values of the two types are equal exactly where their bytes as keys are.
bool equal_as_keys(const Type& a, const Type& b);
// Returns the two sides of a = b or a IS NOT DISTINCT FROM b, null for anything else.
const Call* equality_of(const ExpressionPtr& conjunct);

}  // namespace tidemill
