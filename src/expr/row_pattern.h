// expr/row_pattern.h - what MATCH_RECOGNIZE looks for and computes. Rule: plain data, for the plan and the operator
// alike; variables are numbers, and rows that belong together follow each other without a gap.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "expr/aggregate_spec.h"
#include "expr/expression.h"

namespace tidemill {

enum class RowPatternKind : uint8_t { kVariable, kSequence, kAlternation, kRepetition };

// PATTERN (…) with its variables as numbers.
struct RowPatternTerm {
  RowPatternKind kind = RowPatternKind::kVariable;
  int32_t variable = 0;
  std::vector<RowPatternTerm> parts;
  int32_t least = 1;            // of kRepetition
  std::optional<int32_t> most;  // none: without end
  bool greedy = true;
  bool operator==(const RowPatternTerm&) const = default;
};

// One way on from a state: a row that fits `variable`, and no variable of `unless`, leads to `target`.
struct PatternEdge {
  int32_t variable = 0;
  int32_t target = 0;
  std::vector<int32_t> unless;
};

// What a match may be in after a row. State 0 is before the first row.
struct PatternState {
  std::vector<PatternEdge> edges;  // the preferred one first
  bool accepts = false;            // the match is complete
};
using PatternAutomaton = std::vector<PatternState>;

// Returns the automaton of a pattern, after Flink's NFACompiler: a row that a greedy variable (or the beginning of a
// greedy group) fits is never given to what follows it; a match is complete as soon as it can be. Throws UserError at
// `location`: the pattern fits no rows at all, ends greedily, or has too many states.
PatternAutomaton compile_pattern(const RowPatternTerm& pattern, SourceLocation location);

// Returns "A B+? (C | D){2,3}".
std::string pattern_text(const RowPatternTerm& pattern, const std::vector<std::string>& variables);

// What an expression of DEFINE or MEASURES reads: the i-th reference is its column i.
struct PatternReference {
  enum class Kind : uint8_t {
    kColumn,       // of the row that the navigation finds, NULL where there is none
    kClassifier,   // the variable of that row
    kAggregate,    // over the rows of `variables`
    kMatchNumber,  // from 1 in each partition
    kMatchTime,    // the event time of the match's last row
    kTimedOut,     // whether the match ran out of time under WITHIN
  };
  Kind kind = Kind::kColumn;
  std::vector<int32_t> variables;          // rows of these, ascending; none: all rows of the match
  bool first = false;                      // FIRST: counted from the beginning
  int64_t offset = 0;                      // rows further among those of `variables`
  int64_t shift = 0;                       // and then among all rows: PREV(x, n) is -n
  bool final = false;                      // of the whole match, also in rows of ALL ROWS PER MATCH before its last
  int32_t column = -1;                     // of the input
  std::optional<AggregateSpec> aggregate;  // over columns of the input
  Type type;
};

enum class RowSkip : uint8_t { kPastLastRow, kToNextRow, kToFirst, kToLast };

struct RowPatternDefinition {
  RowPatternTerm pattern;
  PatternAutomaton automaton;
  std::vector<std::string> variables;
  // By variable; null: any row fits. Where of_row[variable], over the columns of the input, and otherwise over
  // `tested`, in which the row at hand is the last one of its variable.
  std::vector<ExpressionPtr> conditions;
  std::vector<bool> of_row;
  std::vector<PatternReference> tested;
  std::vector<ExpressionPtr> measures;  // over `measured`
  std::vector<PatternReference> measured;
  bool all_rows = false;  // ALL ROWS PER MATCH
  RowSkip skip = RowSkip::kToNextRow;
  std::vector<int32_t> skip_variables;  // of kToFirst and kToLast
  std::string skip_name;
  std::optional<DurationMillis> within;  // the last row is less than so long after the first
  bool with_timeouts = false;            // beginnings of matches that ran out of time come out too
};

// Return how many rows before one that is matched PREV reads at most, and how many behind it NEXT does.
int64_t rows_looked_back(const RowPatternDefinition& definition);
int64_t rows_looked_ahead(const RowPatternDefinition& definition);

}  // namespace tidemill
