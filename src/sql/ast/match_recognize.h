// sql/ast/match_recognize.h - MATCH_RECOGNIZE as written. Rule: variables are names only; the binder knows which there
// are.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "sql/ast/query.h"

namespace tidemill::ast {

enum class RowPatternKind : uint8_t { kVariable, kSequence, kAlternation, kRepetition };

// One part of PATTERN (…). kSequence and kAlternation have two parts or more, kRepetition has one.
struct RowPattern {
  RowPatternKind kind = RowPatternKind::kVariable;
  SourceLocation location;
  Identifier variable;
  std::vector<RowPattern> parts;
  // Of kRepetition: * + ? {n} {n,} {n,m} {,m}, and ? behind for a reluctant one.
  int32_t least = 1;
  std::optional<int32_t> most;  // none: without end
  bool reluctant = false;
};

// expression AS name
struct Measure {
  ExpressionPtr expression;
  Identifier name;
};

// name = (variable, …)
struct RowPatternSubset {
  Identifier name;
  std::vector<Identifier> variables;
};

// variable AS condition
struct RowPatternDefinition {
  Identifier variable;
  ExpressionPtr condition;
};

enum class AfterMatch : uint8_t { kDefault, kPastLastRow, kToNextRow, kToFirst, kToLast };

// input MATCH_RECOGNIZE (…)
struct MatchTable : TableReferenceOf<TableKind::kMatch> {
  TableReferencePtr input;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::vector<Measure> measures;
  bool all_rows = false;  // ALL ROWS PER MATCH
  AfterMatch after = AfterMatch::kDefault;
  Identifier skip_target;  // of kToFirst and kToLast
  RowPattern pattern;
  ExpressionPtr within;        // or null
  bool with_timeouts = false;  // WITHIN … EMIT TIMEOUTS
  std::vector<RowPatternSubset> subsets;
  std::vector<RowPatternDefinition> definitions;
};

}  // namespace tidemill::ast
