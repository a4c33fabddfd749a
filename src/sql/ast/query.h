// sql/ast/query.h - queries as written in SQL. Rule: nothing is resolved: names are as written and clauses in their
// place.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/ast/expression.h"
#include "sql/ast/function_call.h"

namespace tidemill::ast {

// One hint of /*+ name(argument, …) */: identifiers and literals have only `value`, 'key' = 'value' has both.
struct HintArgument {
  std::optional<std::string> key;
  std::string value;
  bool is_string = false;  // value was a string literal
};
struct Hint {
  Identifier name;
  std::vector<HintArgument> arguments;
};

// [AS] name [(column, …)]
struct TableAlias {
  Identifier name;
  std::vector<Identifier> columns;
};

enum class TableKind : uint8_t { kNamed, kDerived, kFunction, kUnnest, kJoin, kMatch };

// One entry of FROM.
struct TableReference {
  TableKind kind;
  SourceLocation location;
  std::optional<TableAlias> alias;  // never on a join

  explicit TableReference(TableKind table_kind) : kind(table_kind) {}
  virtual ~TableReference() = default;
  TableReference(const TableReference&) = delete;
  TableReference& operator=(const TableReference&) = delete;

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
};
using TableReferencePtr = std::unique_ptr<TableReference>;

template <TableKind K>
struct TableReferenceOf : TableReference {
  static constexpr TableKind kKind = K;
  TableReferenceOf() : TableReference(K) {}
};

// t, catalog.db.t, or a file path in quotes.
struct NamedTable : TableReferenceOf<TableKind::kNamed> {
  QualifiedName name;               // no parts when path is set
  std::optional<std::string> path;  // FROM 'data/*.jsonl'
  std::vector<Hint> hints;
  ExpressionPtr as_of;  // FOR SYSTEM_TIME AS OF expression, or null
};

// (query), also (VALUES …) and LATERAL (query).
struct DerivedTable : TableReferenceOf<TableKind::kDerived> {
  QueryPtr query;
  bool lateral = false;
};

// TABLE(f(…)), LATERAL TABLE(f(…)), or bare f(…): a window function or another table function.
struct FunctionTable : TableReferenceOf<TableKind::kFunction> {
  std::unique_ptr<FunctionCall> call;
  bool lateral = false;
  bool wrapped = false;  // TABLE(…) was written
};

// UNNEST(a, …) [WITH ORDINALITY]
struct UnnestTable : TableReferenceOf<TableKind::kUnnest> {
  std::vector<ExpressionPtr> operands;
  bool with_ordinality = false;
  bool lateral = false;
};

enum class JoinKind : uint8_t { kComma, kCross, kInner, kLeft, kRight, kFull };

struct JoinedTable : TableReferenceOf<TableKind::kJoin> {
  JoinKind join = JoinKind::kInner;
  bool natural = false;
  TableReferencePtr left, right;
  ExpressionPtr on;  // or null
  std::vector<Identifier> using_columns;
};

struct SelectItem {
  ExpressionPtr expression;  // Star for * and t.*
  std::optional<Identifier> alias;
};

enum class GroupingKind : uint8_t { kExpressions, kRollup, kCube, kGroupingSets };

// One element of GROUP BY. kExpressions: `a`, `(a, b)` or `()`; kRollup and kCube have only kExpressions as elements.
struct GroupingElement {
  GroupingKind kind = GroupingKind::kExpressions;
  SourceLocation location;
  std::vector<ExpressionPtr> expressions;
  std::vector<GroupingElement> elements;
};

struct NamedWindow {
  Identifier name;
  WindowSpecification specification;
};

enum class QueryBodyKind : uint8_t { kSelect, kValues, kTable, kSetOperation, kNested };

// What stands between WITH and ORDER BY.
struct QueryBody {
  QueryBodyKind kind;
  SourceLocation location;

  explicit QueryBody(QueryBodyKind body_kind) : kind(body_kind) {}
  virtual ~QueryBody() = default;
  QueryBody(const QueryBody&) = delete;
  QueryBody& operator=(const QueryBody&) = delete;

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
};
using QueryBodyPtr = std::unique_ptr<QueryBody>;

template <QueryBodyKind K>
struct QueryBodyOf : QueryBody {
  static constexpr QueryBodyKind kKind = K;
  QueryBodyOf() : QueryBody(K) {}
};

struct Select : QueryBodyOf<QueryBodyKind::kSelect> {
  std::vector<Hint> hints;
  bool distinct = false;
  std::vector<SelectItem> items;
  TableReferencePtr from;  // null: SELECT 1
  ExpressionPtr where;
  std::vector<GroupingElement> group_by;
  bool has_group_by = false;
  bool group_by_distinct = false;  // equal grouping sets count once
  ExpressionPtr having;
  std::vector<NamedWindow> windows;
  ExpressionPtr qualify;
};

// VALUES (1, 'a'), (2, 'b'); each row has at least one expression.
struct Values : QueryBodyOf<QueryBodyKind::kValues> {
  std::vector<std::vector<ExpressionPtr>> rows;
};

// TABLE t
struct TableBody : QueryBodyOf<QueryBodyKind::kTable> {
  QualifiedName name;
};

enum class SetOperator : uint8_t { kUnion, kIntersect, kExcept };

// operands[0] op operands[1] op …, from left to right; a chain of one operator is flat. At least two operands.
struct SetOperation : QueryBodyOf<QueryBodyKind::kSetOperation> {
  SetOperator op = SetOperator::kUnion;
  bool all = false;
  std::vector<QueryBodyPtr> operands;
};

// (query) as a body, kept because it may have its own WITH, ORDER BY and LIMIT.
struct NestedQuery : QueryBodyOf<QueryBodyKind::kNested> {
  QueryPtr query;
};

// name [(column, …)] AS (query)
struct CommonTableExpression {
  Identifier name;
  std::vector<Identifier> columns;
  QueryPtr query;
};

struct Query {
  SourceLocation location;
  bool recursive = false;
  std::vector<CommonTableExpression> with;
  QueryBodyPtr body;  // never null once parsed
  std::vector<OrderItem> order_by;
  ExpressionPtr limit;   // also of FETCH FIRST n ROWS ONLY; null for none and for LIMIT ALL
  ExpressionPtr offset;  // or null
};

// Returns an empty query.
QueryPtr make_query();

}  // namespace tidemill::ast
