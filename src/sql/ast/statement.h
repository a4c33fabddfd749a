// sql/ast/statement.h - statements as written in SQL. Rule: `kind` names the struct, `text` is the exact source of it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/ast/expression.h"
#include "sql/ast/query.h"
#include "sql/ast/type_name.h"

namespace tidemill::ast {

enum class StatementKind : uint8_t {
  kCreateTable,
  kCreateView,
  kCreateFunction,
  kDrop,
  kShow,
  kDescribe,
  kSet,
  kReset,
  kUse,
  kInsert,
  kStatementSet,
  kExplain,
  kQuery,
};

struct Statement {
  StatementKind kind;
  SourceLocation location;
  std::string text;  // from the first token to the last, without the ';'

  explicit Statement(StatementKind statement_kind) : kind(statement_kind) {}
  virtual ~Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

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
using StatementPtr = std::unique_ptr<Statement>;

template <StatementKind K>
struct StatementOf : Statement {
  static constexpr StatementKind kKind = K;
  StatementOf() : Statement(K) {}
};

// name TYPE
struct PhysicalColumn {
  TypeName type;
};
// name AS expression
struct ComputedColumn {
  ExpressionPtr expression;
};
// name TYPE METADATA [FROM 'key'] [VIRTUAL]
struct MetadataColumn {
  TypeName type;
  std::optional<std::string> key;
  bool is_virtual = false;
};

struct ColumnDefinition {
  Identifier name;
  std::variant<PhysicalColumn, ComputedColumn, MetadataColumn> definition;
  std::optional<std::string> comment;
};

// WATERMARK FOR column AS expression; a nested column (a.b) has more than one part.
struct WatermarkDefinition {
  QualifiedName column;
  ExpressionPtr expression;
  SourceLocation location;
};

// [CONSTRAINT name] PRIMARY KEY (columns) NOT ENFORCED, of a column or of the table.
struct PrimaryKeyDefinition {
  std::optional<Identifier> name;
  std::vector<Identifier> columns;
  SourceLocation location;
};

enum class DistributionKind : uint8_t { kUnspecified, kHash, kRange };

// DISTRIBUTED [BY [HASH|RANGE](columns)] [INTO n BUCKETS]
struct Distribution {
  DistributionKind kind = DistributionKind::kUnspecified;
  std::vector<Identifier> columns;
  std::optional<int64_t> buckets;
  SourceLocation location;
};

// 'key' = 'value' of WITH (…); both decoded.
struct TableOption {
  std::string key, value;
  SourceLocation location;  // of the key
  SourceLocation value_location;
};

enum class LikeStrategy : uint8_t { kIncluding, kExcluding, kOverwriting };
enum class LikeFeature : uint8_t {
  kAll,
  kConstraints,
  kDistribution,
  kPartitions,
  kGenerated,
  kMetadata,
  kOptions,
  kWatermarks,
};
struct LikeRule {
  LikeStrategy strategy = LikeStrategy::kIncluding;
  LikeFeature feature = LikeFeature::kAll;
  SourceLocation location;
};
// LIKE table [(INCLUDING ALL …)]
struct LikeClause {
  QualifiedName table;
  std::vector<LikeRule> rules;
  SourceLocation location;
};

struct CreateTable : StatementOf<StatementKind::kCreateTable> {
  bool temporary = false;
  bool if_not_exists = false;
  bool or_replace = false;  // CREATE OR REPLACE TABLE … AS
  QualifiedName name;
  std::vector<ColumnDefinition> columns;
  std::vector<Identifier> bare_columns;  // CREATE TABLE t (a, b) … AS query: only the order of the query's columns
  std::optional<WatermarkDefinition> watermark;
  std::optional<PrimaryKeyDefinition> primary_key;
  std::optional<std::string> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::vector<TableOption> options;
  std::optional<LikeClause> like;
  QueryPtr query;  // AS query, or null
};

struct CreateView : StatementOf<StatementKind::kCreateView> {
  bool temporary = false;
  bool if_not_exists = false;
  QualifiedName name;
  std::vector<Identifier> columns;  // empty: as the query names them
  std::optional<std::string> comment;
  QueryPtr query;
  std::string query_text;  // the query's exact source
};

struct FunctionParameter {
  Identifier name;
  TypeName type;
};

// CREATE [TEMPORARY [SYSTEM]] FUNCTION f(x INT, …) RETURNS type LANGUAGE SQL AS 'expression'
struct CreateFunction : StatementOf<StatementKind::kCreateFunction> {
  bool temporary = false;
  bool system = false;
  bool if_not_exists = false;
  QualifiedName name;
  std::vector<FunctionParameter> parameters;
  TypeName returns;
  std::string body;  // SQL, not parsed yet
  SourceLocation body_location;
};

enum class DropKind : uint8_t { kTable, kView, kFunction };

struct Drop : StatementOf<StatementKind::kDrop> {
  DropKind object = DropKind::kTable;
  bool temporary = false;
  bool system = false;  // of a function
  bool if_exists = false;
  QualifiedName name;
};

enum class ShowKind : uint8_t {
  kTables,
  kViews,
  kFunctions,
  kCreateTable,
  kCreateView,
  kColumns,
  kCatalogs,
  kCurrentCatalog,
  kDatabases,
  kCurrentDatabase,
};

struct Show : StatementOf<StatementKind::kShow> {
  ShowKind object = ShowKind::kTables;
  bool user_functions = false;  // SHOW USER FUNCTIONS
  // Of SHOW CREATE and SHOW COLUMNS; the database of SHOW TABLES FROM db, the catalog of SHOW DATABASES FROM c.
  std::optional<QualifiedName> name;
  std::optional<std::string> like;  // pattern of [NOT] LIKE or ILIKE
  bool like_negated = false;
  bool like_ignores_case = false;
};

struct Describe : StatementOf<StatementKind::kDescribe> {
  QualifiedName name;               // no parts when path is set
  std::optional<std::string> path;  // DESCRIBE 'x.csv'
  bool extended = false;
};

// SET 'key' = 'value', SET key = value; without key: list all settings.
struct Set : StatementOf<StatementKind::kSet> {
  std::optional<std::string> key;
  std::string value;
  SourceLocation key_location, value_location;
};

struct Reset : StatementOf<StatementKind::kReset> {
  std::optional<std::string> key;  // without: reset all settings
  SourceLocation key_location;
};

// USE CATALOG c, USE [c.]db
struct Use : StatementOf<StatementKind::kUse> {
  bool catalog = false;
  QualifiedName name;
};

// column = value of PARTITION (…)
struct InsertPartition {
  Identifier column;
  ExpressionPtr value;
};

enum class ConflictAction : uint8_t { kNone, kError, kNothing, kDeduplicate };

struct Insert : StatementOf<StatementKind::kInsert> {
  bool overwrite = false;  // INSERT OVERWRITE
  QualifiedName table;
  std::vector<Hint> hints;
  std::vector<InsertPartition> partition;
  std::vector<Identifier> columns;                     // empty: all
  QueryPtr query;                                      // VALUES included
  ConflictAction on_conflict = ConflictAction::kNone;  // ON CONFLICT DO …
};

// EXECUTE STATEMENT SET BEGIN insert; … END, or BEGIN STATEMENT SET; insert; … END
struct StatementSet : StatementOf<StatementKind::kStatementSet> {
  std::vector<std::unique_ptr<Insert>> inserts;
};

enum class ExplainDetail : uint8_t { kEstimatedCost, kChangelogMode, kPlanAdvice, kJsonExecutionPlan, kState };

struct Explain : StatementOf<StatementKind::kExplain> {
  std::vector<ExplainDetail> details;
  StatementPtr statement;  // a Query, Insert or StatementSet statement
};

// A query at top level: its rows are shown.
struct QueryStatement : StatementOf<StatementKind::kQuery> {
  QueryPtr query;
};

}  // namespace tidemill::ast
