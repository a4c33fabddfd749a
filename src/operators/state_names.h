// operators/state_names.h - what the columns of an operator's state are called by people. Rule: a checkpoint keeps
// these beside the state, which itself knows types and places but no names of keys.
#pragma once
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "data/schema.h"
#include "operators/spec.h"

namespace tidemill {

// Tables of SESSION windows, by which their bounds are found in a checkpoint: (key, session) ▸ …, and (key; start,
// session) ▸ end.
constexpr std::string_view kSessionsTable = "sessions";
constexpr std::string_view kIntervalsTable = "intervals";
constexpr std::string_view kIntervalEndField = "end";

// The function whose accumulator a field of a record is.
struct SavedAggregate {
  std::string field;     // the aggregate's text
  std::string function;  // as registered
  Type argument;         // NULL: none, COUNT(*)
  bool operator==(const SavedAggregate&) const = default;
};

// Operators that keep nothing, or only what the runtime keeps for them. Whoever adds an operator with state says below
// what it is called, and in planner/explain_state.cc what bounds it: without that it does not compile.
template <class Spec>
concept KeepsNothing =
    std::same_as<Spec, SourceSpec> || std::same_as<Spec, ValuesSpec> || std::same_as<Spec, FilterProjectSpec> ||
    std::same_as<Spec, LookupJoinSpec> || std::same_as<Spec, UnnestSpec> || std::same_as<Spec, ToChangelogSpec> ||
    std::same_as<Spec, FromChangelogSpec> || std::same_as<Spec, UnionSpec> || std::same_as<Spec, SinkSpec>;

// Sub-keys that are rows: these columns as a key (state/key_encoding.h) of their kept types (kept_columns.h), behind
// their time as an ordered integer where `by_time`.
struct SavedSubKeys {
  std::string table;
  bool by_time = false;
  std::vector<Field> columns;
  bool operator==(const SavedSubKeys&) const = default;
};

struct StateNames {
  std::vector<std::string> keys;
  std::vector<Field> values;  // of the fields value0, value1, … (value_fields.h)
  std::vector<SavedAggregate> aggregates;
  DurationMillis slice_ms = 0;  // width of slices; 0: there are none
  std::vector<SavedSubKeys> sub_keys = {};
  std::vector<std::string> value_tables = {};  // those that `values` are of; empty: all
  bool operator==(const StateNames&) const = default;
};

// Returns the names for an operator's state; nothing where it keeps none.
StateNames state_names(const OperatorSpec& spec);

}  // namespace tidemill
