// operators/spec.h - what the planner tells the runtime to build: one struct an operator, plain data. Rule: a spec says
// everything an operator needs except its subtask; it holds expressions, sources and sinks by shared pointer to
// immutable objects.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "connectors/spi/sink.h"
#include "connectors/spi/source.h"
#include "data/join_type.h"
#include "data/schema.h"
#include "data/sort_key.h"
#include "data/window.h"
#include "expr/aggregate_spec.h"
#include "expr/expression.h"

namespace tidemill {

// Reads splits, computes columns, assigns watermarks a split.
struct SourceSpec {
  std::shared_ptr<const Source> source;
  std::vector<ExpressionPtr> projections;      // over source->schema(); empty: the source's columns as they are
  SchemaPtr schema;                            // of the output
  ExpressionPtr watermark;                     // over `schema`, TIMESTAMP(3) or TIMESTAMP_LTZ(3); null: none
  std::optional<int32_t> rowtime;              // column of `schema` that WATERMARK FOR names
  std::optional<DurationMillis> idle_timeout;  // null: splits are never idle
  enum class NullRowtime : uint8_t { kFail, kDrop, kSkipWatermark } null_rowtime = NullRowtime::kFail;
  std::string table;                   // name for errors and metrics
  bool always_row_watermarks = false;  // the plan reads CURRENT_WATERMARK
};

// Keeps rows for which `predicate` is TRUE and computes `projections` of them.
struct FilterProjectSpec {
  ExpressionPtr predicate;  // null: all rows
  std::vector<ExpressionPtr> projections;
  SchemaPtr schema;
};

// Updating GROUP BY; no keys: the global aggregate.
struct GroupAggregateSpec {
  std::vector<int32_t> keys;
  std::vector<AggregateSpec> aggregates;
  SchemaPtr schema;  // keys, then aggregates
  bool input_retracts = false;
  bool emit_update_before = true;   // a consumer needs -U
  int64_t mini_batch_rows = 0;      // positive: net changes at barriers, and after so many rows; 0: each row's change
  DurationMillis state_ttl_ms = 0;  // groups not written for so long in processing time are forgotten; 0: never
  bool bounded_final_only =
      false;  // batch mode: only the final row of each group, and one row for the global aggregate over nothing
};

// TUMBLE, HOP, CUMULATE over slices; SESSION by merging intervals. Output: keys, aggregates, window properties.
struct WindowAggregateSpec {
  WindowDefinition window;
  std::vector<int32_t> keys;
  std::vector<AggregateSpec> aggregates;
  int32_t time_column = 0;  // rowtime of the input; not read where window.processing_time
  std::vector<WindowProperty> properties;
  SchemaPtr schema;
  bool input_retracts = false;
};

// Appends window columns to each row without aggregating (a TVF used bare, or below a join). One output row a window.
struct WindowAssignSpec {
  WindowDefinition window;
  int32_t time_column = 0;         // as in WindowAggregateSpec
  SchemaPtr schema;                // input columns, then window_start, window_end, window_time
  std::vector<int32_t> keys = {};  // SESSION: PARTITION BY
};

// Each row with each element of a collection in it: CROSS JOIN UNNEST(column), or LEFT JOIN … ON TRUE.
struct UnnestSpec {
  int32_t collection = 0;        // ARRAY, MAP or MULTISET
  bool keep_empty = false;       // a row without elements comes once, with NULLs
  bool with_ordinality = false;  // the position from 1 comes last, INT
  SchemaPtr schema;              // input columns, then those of an element
};

// ORDER BY with LIMIT/OFFSET on bounded input: rows come out at the end, in order, folded (a retraction removes its
// row), equal ones in the order in which they came.
struct SortLimitSpec {
  std::vector<SortKey> keys;  // empty: LIMIT only, rows pass in arrival order
  std::optional<int64_t> limit;
  int64_t offset = 0;
  SchemaPtr schema;
  bool input_retracts = false;  // LIMIT without keys must then wait for the end too
};

// Rows known at planning (VALUES).
struct ValuesSpec {
  Batch rows;
};

// Merges inputs of the same schema; the input gate does the work.
struct UnionSpec {
  SchemaPtr schema;
};

// What all joins need of their two inputs. Keys are columns of each, in the same order; rows fit where they are equal
// and `residual` is TRUE.
struct JoinSpec {
  JoinType type = JoinType::kInner;
  std::array<SchemaPtr, 2> inputs;  // left, right
  std::array<std::vector<int32_t>, 2> keys;
  std::vector<bool> null_safe;  // by key: NULL fits NULL
  ExpressionPtr residual;       // over left, then right columns; null: none
  SchemaPtr pairs;              // of what the residual reads
  SchemaPtr schema;             // left, then right columns; SEMI, ANTI: left ones
};

// Rows of each side stay and are joined with all that comes on the other, changes too.
struct RegularJoinSpec {
  JoinSpec join;
  bool final_only = false;  // batch mode: rows that stand alone come out at the end, and nothing is taken back
  std::array<DurationMillis, 2> state_ttl_ms = {0, 0};  // rows not written for so long are forgotten; 0: never
};

struct SinkSpec {
  std::shared_ptr<const Sink> sink;
  SchemaPtr schema;
  std::string table;
  std::vector<int32_t> primary_key;  // columns; empty: none
  enum class NotNull : uint8_t { kError, kDrop } not_null = NotNull::kError;
  enum class TypeLength : uint8_t { kIgnore, kTrimPad, kError } type_length = TypeLength::kIgnore;
};

using OperatorSpec = std::variant<SourceSpec, ValuesSpec, FilterProjectSpec, GroupAggregateSpec, WindowAggregateSpec,
                                  WindowAssignSpec, UnnestSpec, RegularJoinSpec, SortLimitSpec, UnionSpec, SinkSpec>;

}  // namespace tidemill
