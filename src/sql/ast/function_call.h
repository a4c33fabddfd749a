// sql/ast/function_call.h - function calls, their special arguments, and OVER. Rule: special syntax is turned into
// plain arguments in a fixed order, so that the binder sees one kind of call; `syntax` is only how the call is printed.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sql/ast/expression.h"

namespace tidemill::ast {

enum class NullsOrder : uint8_t { kDefault, kFirst, kLast };

// One key of ORDER BY.
struct OrderItem {
  ExpressionPtr expression;
  bool descending = false;
  NullsOrder nulls = NullsOrder::kDefault;
};

enum class FrameUnit : uint8_t { kRows, kRange };
enum class FrameBoundKind : uint8_t {
  kUnboundedPreceding,
  kPreceding,  // offset PRECEDING
  kCurrentRow,
  kFollowing,  // offset FOLLOWING
  kUnboundedFollowing,
};

struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kCurrentRow;
  ExpressionPtr offset;  // set for kPreceding and kFollowing
  SourceLocation location;
};

// ROWS BETWEEN start AND end; without BETWEEN, end is CURRENT ROW.
struct Frame {
  FrameUnit unit = FrameUnit::kRange;
  FrameBound start, end;
  SourceLocation location;
};

// ([base] [PARTITION BY …] [ORDER BY …] [frame]), of OVER or of WINDOW name AS.
struct WindowSpecification {
  SourceLocation location;
  std::optional<Identifier> base;  // OVER w is a specification that has only this
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::optional<Frame> frame;
};

enum class CallSyntax : uint8_t {
  kPlain,      // name(a, b)
  kNoParens,   // CURRENT_TIMESTAMP
  kExtract,    // EXTRACT(unit FROM x): [Symbol unit, x]
  kPosition,   // POSITION(a IN b [FROM n]): [a, b, n]
  kTrim,       // TRIM([LEADING|TRAILING|BOTH] [chars] FROM x): [Symbol side, chars, x]; chars is ' ' where left out
  kSubstring,  // SUBSTRING(a FROM b [FOR c]): [a, b, c]
  kOverlay,    // OVERLAY(a PLACING b FROM c [FOR d]): [a, b, c, d]
  kFloorTo,    // FLOOR(x TO unit), CEIL(x TO unit): [x, Symbol unit]
  // The forms of JSON functions. What is left out stands as its default.
  kJsonExists,  // JSON_EXISTS(x, path FALSE ON ERROR): [x, path, Symbol]
  kJsonValue,   // JSON_VALUE(x, path RETURNING t DEFAULT a ON EMPTY DEFAULT b ON ERROR): [x, path, CAST(NULL AS t),
                // Symbol NULL, ERROR or DEFAULT, a or NULL, Symbol, b or NULL]
  kJsonQuery,  // JSON_QUERY(x, path WITHOUT WRAPPER NULL ON EMPTY NULL ON ERROR): [x, path, Symbol WITHOUT, CONDITIONAL
               // or UNCONDITIONAL, Symbol, Symbol]
  kJsonObject,  // JSON_OBJECT(a: b, … NULL ON NULL), JSON_OBJECTAGG: [Symbol NULL or ABSENT, a, b, …]
  kJsonArray,   // JSON_ARRAY(a, … ABSENT ON NULL), JSON_ARRAYAGG: [Symbol NULL or ABSENT, a, …]
  kMeasure,     // FINAL LAST(x), RUNNING SUM(x) of MEASURES: [the call]
};

enum class NullTreatment : uint8_t { kDefault, kRespect, kIgnore };

// One argument; `name` is set for name => value.
struct FunctionArgument {
  std::optional<Identifier> name;
  ExpressionPtr value;
};

// name(arguments). Units of TIMESTAMPADD and TIMESTAMPDIFF are a Symbol as first argument; COUNT(*) and COUNT(A.*) have
// one Star.
struct FunctionCall : ExpressionOf<ExpressionKind::kFunction> {
  QualifiedName name;  // as written; one part and not quoted for a built-in
  CallSyntax syntax = CallSyntax::kPlain;
  std::vector<FunctionArgument> arguments;
  bool distinct = false;
  std::vector<OrderItem> order_by;  // inside the parentheses, or WITHIN GROUP (ORDER BY …)
  ExpressionPtr filter;             // FILTER (WHERE …), or null
  NullTreatment nulls = NullTreatment::kDefault;
  std::optional<WindowSpecification> over;
};

// A keyword in an argument's place, in upper case: DAY in EXTRACT(DAY FROM x), LEADING in TRIM. `unit` is set for
// units.
struct Symbol : ExpressionOf<ExpressionKind::kSymbol> {
  std::string text;
  std::optional<TimeUnit> unit;
};

// TABLE t | (query), with [PARTITION BY …] [ORDER BY …], as an argument of a table function.
struct TableArgument : ExpressionOf<ExpressionKind::kTableArgument> {
  QualifiedName table;              // no parts: see path and query
  std::optional<std::string> path;  // TABLE 'file.csv'
  QueryPtr query;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
};

// DESCRIPTOR(ts, …)
struct Descriptor : ExpressionOf<ExpressionKind::kDescriptor> {
  std::vector<Identifier> columns;
};

}  // namespace tidemill::ast
