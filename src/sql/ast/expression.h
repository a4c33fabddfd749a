// sql/ast/expression.h - expressions as written in SQL. Rule: `kind` names the struct; switch on it and take as<T>().
// The parser bounds the height of a tree (sql/limits.h), so that walking it by recursion is safe.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "sql/ast/identifier.h"
#include "sql/ast/type_name.h"

namespace tidemill::ast {

enum class ExpressionKind : uint8_t {
  kLiteral,
  kColumn,
  kStar,
  kUnary,
  kBinary,
  kLogical,
  kIs,
  kBetween,
  kLike,
  kInList,
  kInQuery,
  kQuantified,
  kExists,
  kScalarQuery,
  kCase,
  kCast,
  kFunction,
  kField,
  kItem,
  kRow,
  kArray,
  kMap,
  kSymbol,
  kTableArgument,
  kDescriptor,
};

struct Expression {
  ExpressionKind kind;
  SourceLocation location;  // of the first token; of the operator for unary postfix and binary operators

  explicit Expression(ExpressionKind expression_kind) : kind(expression_kind) {}
  virtual ~Expression() = default;
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  // Returns this node as the struct T. Requires: kind == T::kKind.
  template <class T>
  const T& as() const {
    CHECK(kind == T::kKind);
    return static_cast<const T&>(*this);
  }
  template <class T>
  T& as() {
    CHECK(kind == T::kKind);
    return static_cast<T&>(*this);
  }
  // Returns this node as the struct T, or nullptr when it is of another kind.
  template <class T>
  const T* try_as() const {
    return kind == T::kKind ? static_cast<const T*>(this) : nullptr;
  }
};
using ExpressionPtr = std::unique_ptr<Expression>;

// Gives each node its constant kKind and its default constructor.
template <ExpressionKind K>
struct ExpressionOf : Expression {
  static constexpr ExpressionKind kKind = K;
  ExpressionOf() : Expression(K) {}
};

struct Query;  // sql/ast/query.h

// Holds a query inside an expression; its destructor lives where Query is complete.
struct QueryDeleter {
  void operator()(Query* query) const;
};
using QueryPtr = std::unique_ptr<Query, QueryDeleter>;

enum class LiteralKind : uint8_t {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  kExact,        // text: digits with or without a point, as written: 1, 1.50
  kApproximate,  // text: with exponent, as written: 1E3
  kString,       // text: decoded UTF-8
  kBinary,       // text: the bytes
  kDate,         // text: between the quotes, not yet checked
  kTime,
  kTimestamp,
  kTimestampLtz,  // TIMESTAMP WITH LOCAL TIME ZONE '…'
  kInterval,      // text, interval, negative
};

struct Literal : ExpressionOf<ExpressionKind::kLiteral> {
  LiteralKind literal = LiteralKind::kNull;
  std::string text;
  std::optional<IntervalQualifier> interval;
  bool negative = false;  // INTERVAL -'1' DAY
};

// a, t.a, catalog.db.t.a, row_column.field: which of them is the binder's to find out.
struct ColumnReference : ExpressionOf<ExpressionKind::kColumn> {
  std::vector<Identifier> parts;
};

// * or t.* in a select list, or the argument of COUNT(*).
struct Star : ExpressionOf<ExpressionKind::kStar> {
  std::vector<Identifier> qualifier;
};

enum class UnaryOperator : uint8_t { kPlus, kNegate, kNot };

struct Unary : ExpressionOf<ExpressionKind::kUnary> {
  UnaryOperator op = UnaryOperator::kPlus;
  ExpressionPtr operand;
};

enum class BinaryOperator : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kConcat,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kIsDistinctFrom,
  kIsNotDistinctFrom,
  kOverlaps,
};

struct Binary : ExpressionOf<ExpressionKind::kBinary> {
  BinaryOperator op = BinaryOperator::kAdd;
  ExpressionPtr left, right;
};

enum class LogicalOperator : uint8_t { kAnd, kOr };

// a AND b AND c is one node with three operands, so that a long chain is flat. At least two operands.
struct Logical : ExpressionOf<ExpressionKind::kLogical> {
  LogicalOperator op = LogicalOperator::kAnd;
  std::vector<ExpressionPtr> operands;
};

enum class IsTest : uint8_t { kNull, kTrue, kFalse, kUnknown, kJson, kJsonValue, kJsonObject, kJsonArray, kJsonScalar };

struct Is : ExpressionOf<ExpressionKind::kIs> {
  ExpressionPtr operand;
  IsTest test = IsTest::kNull;
  bool negated = false;
};

struct Between : ExpressionOf<ExpressionKind::kBetween> {
  ExpressionPtr operand, lower, upper;
  bool negated = false;
  bool symmetric = false;
};

struct Like : ExpressionOf<ExpressionKind::kLike> {
  ExpressionPtr operand, pattern, escape;  // escape may be null
  bool negated = false;
  bool similar = false;  // SIMILAR TO
};

struct InList : ExpressionOf<ExpressionKind::kInList> {
  ExpressionPtr operand;
  std::vector<ExpressionPtr> values;
  bool negated = false;
};

struct InQuery : ExpressionOf<ExpressionKind::kInQuery> {
  ExpressionPtr operand;
  QueryPtr query;
  bool negated = false;
};

enum class Quantifier : uint8_t { kAny, kAll };  // SOME is ANY

// x < ANY (SELECT …), x < ALL (1, 2): a query, or else values.
struct Quantified : ExpressionOf<ExpressionKind::kQuantified> {
  ExpressionPtr operand;
  BinaryOperator op = BinaryOperator::kEqual;
  Quantifier quantifier = Quantifier::kAny;
  QueryPtr query;
  std::vector<ExpressionPtr> values;
};

struct Exists : ExpressionOf<ExpressionKind::kExists> {
  QueryPtr query;
};

struct ScalarQuery : ExpressionOf<ExpressionKind::kScalarQuery> {
  QueryPtr query;
};

// WHEN conditions[0], conditions[1] THEN result; more than one condition only in CASE with an operand.
struct CaseBranch {
  std::vector<ExpressionPtr> conditions;
  ExpressionPtr result;
};

struct Case : ExpressionOf<ExpressionKind::kCase> {
  ExpressionPtr operand;  // null for CASE WHEN …
  std::vector<CaseBranch> branches;
  ExpressionPtr otherwise;  // null: ELSE NULL
};

struct Cast : ExpressionOf<ExpressionKind::kCast> {
  ExpressionPtr operand;
  TypeName type;
  bool is_try = false;  // TRY_CAST
};

// (expression).field, array[1].field; a plain a.b.c is a ColumnReference.
struct FieldAccess : ExpressionOf<ExpressionKind::kField> {
  ExpressionPtr operand;
  Identifier field;
};

// operand[index] on arrays, maps and rows.
struct ItemAccess : ExpressionOf<ExpressionKind::kItem> {
  ExpressionPtr operand, index;
};

// ROW(1, 2), or (1, 2) when not is_explicit.
struct RowConstructor : ExpressionOf<ExpressionKind::kRow> {
  std::vector<ExpressionPtr> elements;
  bool is_explicit = true;
};

struct ArrayConstructor : ExpressionOf<ExpressionKind::kArray> {
  std::vector<ExpressionPtr> elements;
};

// MAP[k1, v1, k2, v2]: entries holds keys and values in turn, an even number.
struct MapConstructor : ExpressionOf<ExpressionKind::kMap> {
  std::vector<ExpressionPtr> entries;
};

}  // namespace tidemill::ast
