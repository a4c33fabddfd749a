// saved_state/state_columns.h - which columns a table of saved state has. Rule: keys under their names, then what else
// tells rows apart, then fields under theirs, then where the row lay; a name that comes twice gets a number.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/schema.h"
#include "expr/aggregate.h"
#include "operators/state_names.h"
#include "state/state_image.h"

namespace tidemill {

enum class StateColumnKind : uint8_t {
  kKey,         // column `index` of the key
  kSliceStart,  // TIMESTAMP(3), in window time, as are all bounds
  kSliceEnd,
  kFirstWindowEnd,  // of rows that came late for some of their windows: the first one they count in; otherwise NULL
  kSessionStart,
  kSessionEnd,
  kTime,          // of a timer or an interval: TIMESTAMP(3)
  kOrder,         // the first number of a sub-key, of no meaning to people beyond the order
  kSequence,      // the second; of a list, the row's place
  kOrderedValue,  // value `index` of a sub-key
  kRowTime,       // of a sub-key that is a row: its time, TIMESTAMP(3)
  kRowValue,      // column `index` of it
  kField,         // a field of the record as its bytes say
  kMoment,        // a field that is a time in ms
  kAggregate,     // a field that is an accumulator: its result
  kValue,         // a field value<index> with its null<index>
  kKeyGroup,
  kSubtask,
  kCell,  // column `index` of a small table (small_tables.h)
};

struct StateColumn {
  std::string name;
  Type type;
  StateColumnKind kind = StateColumnKind::kKey;
  int32_t index = 0;
  std::string field = {};                   // name in the record
  AggregateFunctionPtr function = nullptr;  // of kAggregate
  bool identifies = false;                  // the row, together with the others that do
};

// Where a table of keyed state lies in an operator.
struct StateTablePlace {
  std::string table;
  std::string companion = {};  // empty: the table itself
  bool operator==(const StateTablePlace&) const = default;
};

// Returns what is known of the sub-keys of the table, nullptr for nothing.
const SavedSubKeys* sub_keys_of(const StateNames& names, const StateTablePlace& place);

// Returns the companion's name, or the table's: what people call it. Unique in an operator.
const std::string& table_name(const StateTablePlace& place);
// Returns the tables of a part with their companions, as they were declared.
std::vector<StateTablePlace> table_places(const StateImage& image);
// Returns the table of the image at this place, nullptr for none, and the place of its companion, -1 for none.
std::pair<const TableImage*, int32_t> find_table(const StateImage& image, const StateTablePlace& place);

// Returns the columns of a table of keyed state.
std::vector<StateColumn> state_columns(const StateImage& image, const StateTablePlace& place, const StateNames& names);
// Returns columns of a small table; `identifying` of them tell rows apart.
std::vector<StateColumn> cell_columns(const std::vector<Field>& fields, size_t identifying);
SchemaPtr schema_of(const std::vector<StateColumn>& columns);

}  // namespace tidemill
