#include "saved_state/state_columns.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "functions/aggregates/aggregates.h"
#include "state/time_to_live.h"

namespace tidemill {
namespace {

constexpr std::string_view kValuePrefix = "value";  // value_fields.h
constexpr std::string_view kNullPrefix = "null";

// Returns 3 of "value3" with prefix "value".
std::optional<size_t> number_behind(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return std::nullopt;
  size_t number = 0;
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

Type natural_type(const RecordField& field) {
  switch (field.kind) {
    case FieldKind::kText:
      return Type::string();
    case FieldKind::kFloating:
      return field.size == 4 ? Type::float32() : Type::float64();
    case FieldKind::kBytes:
      return Type::bytes();
    case FieldKind::kInteger:
      break;
  }
  switch (field.size) {
    case 1:
      return Type::boolean();
    case 2:
      return Type::small_int();
    case 4:
      return Type::integer();
    case 8:
      return Type::big_int();
    default:
      return Type::decimal(kDecimalPrecisionMax, 0);
  }
}

// Whether the field is the aggregate's: its name is the aggregate's text, maybe with the order that rows are taken in.
bool is_accumulator_of(const RecordField& field, const std::string& text) {
  if (!field.name.starts_with(text) || field.name.ends_with(", position")) return false;
  return field.name.size() == text.size() || field.name[text.size()] == ' ';
}

// The function whose accumulator the field is, where this program has it and it keeps what the field holds.
AggregateFunctionPtr function_of(const FunctionRegistry& functions, const StateNames& names, const RecordField& field) {
  for (const SavedAggregate& saved : names.aggregates) {
    if (!is_accumulator_of(field, saved.field) || !functions.has_aggregate(saved.function)) continue;
    std::vector<ExpressionPtr> arguments;
    if (saved.argument.kind != TypeKind::kNull) arguments.push_back(make_column(0, saved.argument));
    try {
      AggregateFunctionPtr function = functions.resolve_aggregate(saved.function, std::move(arguments), {}).function;
      const AccumulatorLayout layout = function->layout();
      const bool same =
          static_cast<uint32_t>(layout.size) == field.size &&
          std::equal(layout.text_slots.begin(), layout.text_slots.end(), field.text_slots.begin(),
                     field.text_slots.end(), [](int32_t a, uint32_t b) { return static_cast<uint32_t>(a) == b; }) &&
          (saved.argument.kind == TypeKind::kNull || function->argument_type().same_except_nullable(saved.argument));
      return same ? function : nullptr;
    } catch (const UserError&) {
      return nullptr;  // a form of it that is no more
    }
  }
  return nullptr;
}

class ColumnList {
 public:
  ColumnList(const StateImage& image, const StateTablePlace& place, const StateNames& names)
      : image_(image), names_(names), sub_keys_(sub_keys_of(names, place)) {
    const auto [table, companion] = find_table(image, place);
    CHECK(table != nullptr);
    table_ = table;
    format_ = companion < 0 ? &*table->format : &table->format->companions[static_cast<size_t>(companion)];
    register_aggregate_functions(functions_);
  }

  std::vector<StateColumn> make() {
    add_keys();
    if (table_->format->kind == TableKind::kSlices) add_slice();
    if (has_session_bounds()) {
      add("session_start", Type::timestamp(3), StateColumnKind::kSessionStart);
      add("session_end", Type::timestamp(3), StateColumnKind::kSessionEnd);
    }
    add_sub_key();
    for (const RecordField& field : format_->fields) add_field(field);
    add("key_group", Type::integer(), StateColumnKind::kKeyGroup);
    add("subtask", Type::integer(), StateColumnKind::kSubtask);
    return std::move(columns_);
  }

 private:
  StateColumn& add(std::string name, const Type& type, StateColumnKind kind) {
    std::string unique = name;
    for (int number = 0; !taken_.insert(unique).second; ++number) unique = fmt::format("{}{}", name, number);
    return columns_.emplace_back(StateColumn{std::move(unique), type.with_nullable(true), kind});
  }

  void add_keys() {
    const bool of_session = table_->format->name == kSessionsTable;
    const size_t value_types = format_->kind == TableKind::kDistinctCounts ? format_->value_types.size() : 0;
    for (size_t i = 0; i < format_->key_types.size(); ++i) {
      std::string name = fmt::format("key{}", i);
      if (i < names_.keys.size()) {
        name = names_.keys[i];
      } else if (i + value_types >= format_->key_types.size()) {
        name = "value";
      } else if (of_session && i + 1 + value_types == format_->key_types.size()) {
        name = "session";
      }
      StateColumn& column = add(std::move(name), format_->key_types[i], StateColumnKind::kKey);
      column.index = static_cast<int32_t>(i);
      column.identifies = true;
    }
  }

  void add_slice() {
    if (names_.slice_ms > 0) add("slice_start", Type::timestamp(3), StateColumnKind::kSliceStart);
    add("slice_end", Type::timestamp(3), StateColumnKind::kSliceEnd).identifies = true;
    add("first_window_end", Type::timestamp(3), StateColumnKind::kFirstWindowEnd).identifies = true;
  }

  bool is_intervals() const { return format_->kind == TableKind::kOrdered && format_->name == kIntervalsTable; }
  // The table of sessions, or a companion that has its keys.
  bool has_session_bounds() const {
    if (table_->format->name != kSessionsTable || format_->kind == TableKind::kDistinctCounts) return false;
    return find_table(image_, {std::string(kIntervalsTable), ""}).first != nullptr;
  }

  void add_sub_key() {
    switch (format_->kind) {
      case TableKind::kTimers:
        add("time", Type::timestamp(3), StateColumnKind::kTime).identifies = true;
        return;
      case TableKind::kOrderedValues:
        add_ordered_values();
        return;
      case TableKind::kLists:
        sub_keys_ != nullptr ? add_row(*sub_keys_)
                             : (void)(add("row", Type::bytes(), StateColumnKind::kOrderedValue).identifies = true);
        add("position", Type::big_int(), StateColumnKind::kSequence).identifies = true;
        return;
      case TableKind::kOrdered:
      case TableKind::kOrderedSequence:
        break;
      default:
        return;
    }
    if (sub_keys_ != nullptr && format_->sub_key_kind == SubKeyKind::kBytes) {
      add_row(*sub_keys_);
    } else if (format_->sub_key_kind == SubKeyKind::kBytes) {
      add("sub_key", Type::bytes(), StateColumnKind::kOrderedValue).identifies = true;
    } else if (is_intervals()) {
      add("session_start", Type::timestamp(3), StateColumnKind::kTime).identifies = true;
      add("session", Type::big_int(), StateColumnKind::kSequence).identifies = true;
    } else {
      add("time", Type::big_int(), StateColumnKind::kOrder).identifies = true;
      add("sequence", Type::big_int(), StateColumnKind::kSequence).identifies = true;
    }
  }

  void add_row(const SavedSubKeys& row) {
    if (row.by_time) add("time", Type::timestamp(3), StateColumnKind::kRowTime).identifies = true;
    for (size_t i = 0; i < row.columns.size(); ++i) {
      StateColumn& column = add(row.columns[i].name, row.columns[i].type, StateColumnKind::kRowValue);
      column.index = static_cast<int32_t>(i);
      column.identifies = true;
    }
  }

  void add_ordered_values() {
    const std::vector<Type>& types = format_->value_types;
    for (size_t i = 0; i < types.size(); ++i) {
      StateColumn& column =
          add(types.size() == 1 ? "value" : fmt::format("value{}", i), types[i], StateColumnKind::kOrderedValue);
      column.index = static_cast<int32_t>(i);
      column.identifies = true;
    }
  }

  void add_field(const RecordField& field) {
    if (is_intervals() && field.name == kIntervalEndField) {
      add("session_end", Type::timestamp(3), StateColumnKind::kMoment).field = field.name;
      return;
    }
    if (field.name == kWrittenAtField && field.size == sizeof(EpochMillis)) {
      add(field.name, Type::timestamp_ltz(3), StateColumnKind::kMoment).field = field.name;
      return;
    }
    // A companion knows its types; the names of several values are those of the operator's.
    const std::vector<Type>& types = format_->value_types;
    const std::vector<std::string>& named_tables = names_.value_tables;
    const bool has_values =
        named_tables.empty() || std::ranges::find(named_tables, format_->name) != named_tables.end();
    const size_t values = !types.empty() ? types.size() : has_values ? names_.values.size() : 0;
    if (const auto index = number_behind(field.name, kNullPrefix); index && *index < values) return;
    if (const auto index = number_behind(field.name, kValuePrefix); index && *index < values) {
      const bool named = names_.values.size() == values;
      StateColumn& column = add(named         ? names_.values[*index].name
                                : values == 1 ? "value"
                                              : field.name,
                                types.empty() ? names_.values[*index].type : types[*index], StateColumnKind::kValue);
      column.index = static_cast<int32_t>(*index);
      column.field = field.name;
      return;
    }
    if (AggregateFunctionPtr function = function_of(functions_, names_, field)) {
      StateColumn& column = add(field.name, function->result_type(), StateColumnKind::kAggregate);
      column.field = field.name;
      column.function = std::move(function);
      return;
    }
    add(field.name, natural_type(field), StateColumnKind::kField).field = field.name;
  }

  const StateImage& image_;
  const StateNames& names_;
  const SavedSubKeys* sub_keys_;  // null: nothing is known of them
  const TableImage* table_ = nullptr;
  const TableFormat* format_ = nullptr;
  FunctionRegistry functions_;
  std::set<std::string> taken_;
  std::vector<StateColumn> columns_;
};

}  // namespace

const SavedSubKeys* sub_keys_of(const StateNames& names, const StateTablePlace& place) {
  const auto found = std::ranges::find(names.sub_keys, place.table, &SavedSubKeys::table);
  return found == names.sub_keys.end() || !place.companion.empty() ? nullptr : &*found;
}

const std::string& table_name(const StateTablePlace& place) {
  return place.companion.empty() ? place.table : place.companion;
}

std::vector<StateTablePlace> table_places(const StateImage& image) {
  std::vector<StateTablePlace> places;
  for (const TableImage& table : image.tables) {
    places.push_back({table.format->name, ""});
    for (const TableFormat& companion : table.format->companions)
      places.push_back({table.format->name, companion.name});
  }
  return places;
}

std::pair<const TableImage*, int32_t> find_table(const StateImage& image, const StateTablePlace& place) {
  for (const TableImage& table : image.tables) {
    if (table.format->name != place.table) continue;
    if (place.companion.empty()) return {&table, -1};
    for (size_t i = 0; i < table.format->companions.size(); ++i)
      if (table.format->companions[i].name == place.companion) return {&table, static_cast<int32_t>(i)};
  }
  return {nullptr, -1};
}

std::vector<StateColumn> state_columns(const StateImage& image, const StateTablePlace& place, const StateNames& names) {
  return ColumnList(image, place, names).make();
}

std::vector<StateColumn> cell_columns(const std::vector<Field>& fields, size_t identifying) {
  std::vector<StateColumn> columns;
  for (const Field& field : fields) {
    StateColumn& column = columns.emplace_back(StateColumn{field.name, field.type, StateColumnKind::kCell});
    column.index = static_cast<int32_t>(columns.size()) - 1;
    column.identifies = columns.size() <= identifying;
  }
  return columns;
}

SchemaPtr schema_of(const std::vector<StateColumn>& columns) {
  std::vector<Field> fields;
  for (const StateColumn& column : columns) fields.push_back({column.name, column.type});
  return make_schema(std::move(fields));
}

}  // namespace tidemill
