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

#include "connectors/spi/lookup.h"
#include "connectors/spi/sink.h"
#include "data/change_codes.h"
#include "data/join_type.h"
#include "data/over_frame.h"
#include "data/schema.h"
#include "data/sort_key.h"
#include "data/window.h"
#include "data/window_emit.h"
#include "expr/aggregate_spec.h"
#include "expr/expression.h"
#include "expr/row_pattern.h"
#include "expr/window_frame.h"
#include "operators/source_spec.h"

namespace tidemill {

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
  WindowEmit emit = {};  // not of SESSION
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

// ORDER BY a time attribute over input that never ends: rows come out when that time has been reached, those of one
// time by the other keys, equal ones in the order in which they came.
struct TemporalSortSpec {
  std::vector<SortKey> keys;     // the first is the time, ascending
  bool processing_time = false;  // that of arrival
  SchemaPtr schema;
};

// Aggregates of the rows before each row: f(x) OVER (PARTITION BY … ORDER BY time …). Output: the input, then results.
struct OverAggregateSpec {
  std::vector<int32_t> keys;
  int32_t time_column = 0;       // rowtime of the input; not read where processing_time
  bool processing_time = false;  // each row goes on at once
  OverFrame frame;
  std::vector<AggregateSpec> aggregates;
  SchemaPtr schema;
  DurationMillis state_ttl_ms = 0;  // as in GroupAggregateSpec; not for RANGE of an interval, which forgets by itself
};

// The same in any order and by any frame; rows may be taken back, and what changes with them comes out. Output: the
// input, then results.
struct SortedOverSpec {
  std::vector<int32_t> keys;
  std::vector<SortKey> order;  // none: all rows are peers, in the order of arrival
  WindowFrame frame;
  std::vector<AggregateSpec> calls;  // aggregates, LAG (expr/lag.h), positions (expr/row_position.h)
  SchemaPtr schema;
  bool input_retracts = false;
  bool emit_update_before = true;   // a consumer needs -U
  bool final_only = false;          // batch mode: each row comes out once, at the end of the input
  DurationMillis state_ttl_ms = 0;  // as in GroupAggregateSpec
};

// Rows that fit a pattern: MATCH_RECOGNIZE. Output: `keys`, then the measures; with ALL ROWS PER MATCH `columns`, the
// measures, `columns_behind`.
struct MatchRecognizeSpec {
  std::vector<int32_t> keys;
  std::vector<SortKey> order;    // the first is the time, ascending
  bool processing_time = false;  // rows are taken as they come
  RowPatternDefinition definition;
  std::vector<int32_t> columns;  // of the input, in front of the measures
  std::vector<int32_t> columns_behind;
  SchemaPtr input;
  SchemaPtr schema;
};

// The first rows of each partition: Top-N. Output: the input, then the row number where `numbers`.
struct RankSpec {
  std::vector<int32_t> keys;
  std::vector<SortKey> order;  // none: in the order of arrival
  bool latest_first = false;   // of equal rows the one that came last is the first
  int64_t first = 1;           // numbers of the rows that come out, both included
  int64_t last = 1;
  bool numbers = false;
  SchemaPtr schema;
  bool input_retracts = false;
  bool emit_update_before = true;   // a consumer needs -U
  DurationMillis state_ttl_ms = 0;  // as in GroupAggregateSpec, as the next
  int64_t mini_batch_rows = 0;
  // Only the final rows of each partition come out: when the window ends whose end is in this key column, or at the end
  // of the input.
  bool final_only = false;
  int32_t window_end = -1;
  bool window_zoned = false;  // it is a reading of the wall clock of the session's zone
};

// The first or last row of each partition by a time. Output: the input.
struct DeduplicateSpec {
  std::vector<int32_t> keys;
  int32_t time_column = 0;       // rowtime of the input; not read where processing_time
  bool processing_time = false;  // in the order of arrival
  bool keep_last = false;
  SchemaPtr schema;
  bool emit_update_before = true;
  DurationMillis state_ttl_ms = 0;
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
  bool append_only = false;  // both inputs only insert
  bool final_only = false;   // batch mode: rows that stand alone come out at the end, and nothing is taken back
  std::array<DurationMillis, 2> state_ttl_ms = {0, 0};  // rows not written for so long are forgotten; 0: never
};

// Rows whose times are close: lower_ms <= left time - right time <= upper_ms.
struct IntervalJoinSpec {
  JoinSpec join;                                 // not SEMI, not ANTI
  std::array<int32_t, 2> time_columns = {0, 0};  // rowtimes of the inputs; not read where processing_time
  DurationMillis lower_ms = 0;
  DurationMillis upper_ms = 0;
  bool processing_time = false;
};

// Rows of the same window, joined when it ends. The keys hold the windows' starts and ends.
struct WindowJoinSpec {
  JoinSpec join;
  std::array<int32_t, 2> window_ends = {0, 0};  // columns of the inputs
  bool zoned = false;                           // windows lie on the wall clock of the session's zone
};

// Each left row with the version of the right row that was valid at the left row's time.
struct TemporalJoinSpec {
  JoinSpec join;                                 // INNER or LEFT
  std::array<int32_t, 2> time_columns = {0, 0};  // rowtimes of the inputs
  bool left_changes = false;                     // left rows are taken back, too
  DurationMillis state_ttl_ms = 0;  // then: rows that came out so long ago cannot be taken back any more; 0: all can
};

// How often a lookup join asks again for keys without rows, and after what time.
struct LookupRetry {
  DurationMillis delay_ms = 0;
  int64_t attempts_max = 0;  // after the first one
};

// Each row of the input with the rows that a table has for its keys at that moment. Output: the input, then what is
// read of the rows found.
struct LookupJoinSpec {
  JoinType type = JoinType::kInner;  // or kLeft
  std::shared_ptr<const LookupSource> source;
  std::vector<ExpressionPtr> keys;         // values over the input; NULL finds nothing
  std::vector<int32_t> key_columns;        // of source->schema(), by key
  ExpressionPtr input_condition;           // over the input: other rows find nothing, and are not asked for; null: none
  ExpressionPtr row_condition;             // over source->schema(); null: none
  std::vector<ExpressionPtr> projections;  // likewise: what is read of the rows found
  ExpressionPtr residual;                  // over `schema`; null: none
  SchemaPtr schema;
  std::optional<LookupRetry> retry;
};

// Changes by a key, of which some come twice or without the row that they replace, made a changelog of whole rows.
struct ChangelogNormalizeSpec {
  std::vector<int32_t> keys;
  SchemaPtr schema;                 // of input and output
  bool emit_update_before = true;   // a consumer needs -U
  DurationMillis state_ttl_ms = 0;  // as in GroupAggregateSpec
};

// Each change as a new row, its kind in a column in front of the input's; kinds without a code are left out.
struct ToChangelogSpec {
  ChangeCodes codes;  // one a kind
  SchemaPtr schema;
};

// The other way round: each row as the change that a column says it is.
struct FromChangelogSpec {
  int32_t op_column = 0;  // of the input; does not come out
  ChangeCodes codes;
  SchemaPtr schema;
};

// In front of a sink: which of the rows of one primary key its table shows. Changes are netted at every barrier.
struct SinkMaterializeSpec {
  std::vector<int32_t> primary_key;
  std::optional<std::vector<int32_t>> upsert_key;  // tells rows apart; null: all columns do
  // Several rows of one primary key: the job fails, the first one stays, the last one is shown.
  enum class Conflict : uint8_t { kError, kNothing, kDeduplicate } conflict = Conflict::kDeduplicate;
  SchemaPtr schema;                 // of input and output
  std::string table;                // for errors
  DurationMillis state_ttl_ms = 0;  // as in GroupAggregateSpec
};

struct SinkSpec {
  std::shared_ptr<const Sink> sink;
  SchemaPtr schema;
  std::string table;
  std::vector<int32_t> primary_key;  // columns; empty: none
  enum class NotNull : uint8_t { kError, kDrop } not_null = NotNull::kError;
  bool deletes_update_before = false;  // the primary key may change with an update: -U deletes
  enum class TypeLength : uint8_t { kIgnore, kTrimPad, kError } type_length = TypeLength::kIgnore;
};

using OperatorSpec =
    std::variant<SourceSpec, ValuesSpec, FilterProjectSpec, GroupAggregateSpec, WindowAggregateSpec, WindowAssignSpec,
                 RegularJoinSpec, IntervalJoinSpec, WindowJoinSpec, TemporalJoinSpec, LookupJoinSpec, UnnestSpec,
                 SortLimitSpec, TemporalSortSpec, OverAggregateSpec, SortedOverSpec, MatchRecognizeSpec, RankSpec,
                 DeduplicateSpec, UnionSpec, ChangelogNormalizeSpec, ToChangelogSpec, FromChangelogSpec,
                 SinkMaterializeSpec, SinkSpec>;

}  // namespace tidemill
