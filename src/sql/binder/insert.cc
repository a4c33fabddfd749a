// sql/binder/insert.cc - INSERT INTO to a sink. Rule: values are stored as Flink stores them, and never turn from text
// into numbers.
#include <algorithm>

#include "expr/cast.h"
#include "plan/calc.h"
#include "plan/sink.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/table_binder.h"

namespace tidemill {
namespace {

std::optional<ConflictStrategy> conflict_strategy(ast::ConflictAction action) {
  switch (action) {
    case ast::ConflictAction::kNone:
      return std::nullopt;
    case ast::ConflictAction::kError:
      return ConflictStrategy::kError;
    case ast::ConflictAction::kNothing:
      return ConflictStrategy::kNothing;
    case ast::ConflictAction::kDeduplicate:
      return ConflictStrategy::kDeduplicate;
  }
  CHECK(false);
}

TableDefinitionPtr find_table(const ast::QualifiedName& name, const BindingContext& context) {
  std::vector<std::string> parts;
  for (const ast::Identifier& part : name.parts) parts.push_back(part.name);
  const CatalogObject& object = context.catalog.get(context.catalog.qualify(parts, name.location()), name.location());
  if (object.is_view()) {
    throw UserError(name.location(), fmt::format("A view cannot be written to: {}", name.last().name),
                    "INSERT INTO needs a table.");
  }
  return object.table;
}

// Binds PARTITION (column = constant, …): the values, by place among the table's persisted columns; null where there is
// none.
std::vector<ExpressionPtr> partition_values(const ast::Insert& statement, const TableDefinition& table,
                                            const std::vector<int32_t>& persisted, const BindingContext& context) {
  std::vector<ExpressionPtr> values(persisted.size());
  const Scope nothing;
  for (const ast::InsertPartition& entry : statement.partition) {
    const std::optional<int32_t> index = table.column_index(entry.column.name);
    if (!index || std::ranges::find(table.partition_keys, *index) == table.partition_keys.end()) {
      throw UserError(entry.column.location,
                      fmt::format("{} is not partitioned by {}", table.name.name, entry.column.name),
                      "PARTITION names columns of PARTITIONED BY.");
    }
    const auto place = static_cast<size_t>(std::ranges::find(persisted, *index) - persisted.begin());
    if (values[place] != nullptr)
      throw UserError(entry.column.location, fmt::format("The column is named twice: {}", entry.column.name));
    ExpressionPtr value = ExpressionBinder(context, nothing, "PARTITION").bind(*entry.value);
    const Type& type = table.columns[static_cast<size_t>(*index)].type;
    values[place] = value->type().same_except_nullable(type)
                        ? std::move(value)
                        : make_cast(std::move(value), type, false, entry.column.location);
  }
  return values;
}

// Returns, for each column that the query gives, its place among the table's persisted columns.
std::vector<size_t> target_places(const ast::Insert& statement, const TableDefinition& table,
                                  const std::vector<int32_t>& persisted, const std::vector<ExpressionPtr>& partition) {
  std::vector<size_t> places;
  for (const ast::Identifier& name : statement.columns) {
    const std::optional<int32_t> index = table.column_index(name.name);
    if (!index) {
      std::vector<std::string> known;
      for (const int32_t column : persisted) known.push_back(table.columns[static_cast<size_t>(column)].name);
      const auto nearest = nearest_name(name.name, known);
      throw UserError(name.location, fmt::format("{} has no column {}", table.name.name, name.name),
                      nearest ? fmt::format("Did you mean '{}'?", *nearest) : "");
    }
    const auto found = std::ranges::find(persisted, *index);
    if (found == persisted.end()) {
      throw UserError(name.location, fmt::format("The column cannot be written: {}", name.name),
                      "Computed and virtual columns are only read.");
    }
    const auto place = static_cast<size_t>(found - persisted.begin());
    if (std::ranges::find(places, place) != places.end() || partition[place] != nullptr) {
      throw UserError(name.location, fmt::format("The column is named twice: {}", name.name));
    }
    places.push_back(place);
  }
  if (statement.columns.empty()) {
    for (size_t i = 0; i < persisted.size(); ++i)
      if (partition[i] == nullptr) places.push_back(i);
  }
  return places;
}

std::string columns_text(const Schema& schema) {
  std::string text;
  for (const Field& field : schema.fields()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", field.name, field.type.to_string());
  }
  return text;
}

ExpressionPtr store(int32_t column, const Field& from, const TableColumn& to, SourceLocation location) {
  ExpressionPtr value = make_column(column, from.type);
  if (from.type.same_except_nullable(to.type)) return value;
  if (!stores_implicitly(from.type, to.type)) {
    throw UserError(location,
                    fmt::format("Column {} is {}, and the query gives {} ({})", to.name, to.type.to_string(),
                                from.type.to_string(), from.name),
                    fmt::format("Write CAST({} AS {}).", from.name, to.type.with_nullable(true).to_string()));
  }
  return make_cast(std::move(value), to.type, false, location);
}

bool stores_parts_implicitly(const Type& from, const Type& to) {
  if (from.kind != to.kind || from.num_parts() != to.num_parts()) return false;
  for (size_t i = 0; i < from.num_parts(); ++i) {
    const Type& part = from.part(i);
    if (!part.same_except_nullable(to.part(i)) && !stores_implicitly(part, to.part(i))) return false;
  }
  return true;
}

ExpressionPtr missing_value(const TableColumn& column, SourceLocation location) {
  if (!column.type.nullable) {
    throw UserError(location, fmt::format("Column {} is NOT NULL, and the statement gives it no value", column.name),
                    "Add it to the list of columns.");
  }
  return make_literal(Value::null(column.type));
}

}  // namespace

bool stores_implicitly(const Type& from, const Type& to) {
  using enum TypeKind;
  if (from.kind == kNull) return true;
  const bool exact = from.is_integer() && to.is_integer();
  switch (to.kind) {
    case kTinyInt:
    case kSmallInt:
    case kInteger:
    case kBigInt:
      return exact && from.kind <= to.kind;
    case kFloat:
      return from.is_numeric() && from.kind != kDouble;
    case kDouble:
    case kDecimal:
      return from.is_numeric();
    case kVarchar:
      return from.is_character();
    case kVarbinary:
      return from.is_binary();
    case kDate:
    case kTime:
      return from.kind == to.kind || from.kind == kTimestamp;
    case kTimestamp:
    case kTimestampLtz:
      return from.is_timestamp();
    case kArray:
    case kMap:
    case kMultiset:
    case kRow:
      return stores_parts_implicitly(from, to);
    case kNull:
    case kBoolean:
    case kChar:
    case kBinary:
    case kIntervalYearMonth:
    case kIntervalDayTime:
    case kVariant:
    case kBitmap:
      return from.kind == to.kind;
  }
  CHECK(false);
}

PlanPtr bind_insert(const ast::Insert& statement, const BindingContext& context) {
  if (statement.overwrite) refuse_unsupported(statement.location, "INSERT OVERWRITE");
  const TableDefinitionPtr table = with_hints(find_table(statement.table, context), statement.hints);
  const std::vector<int32_t> persisted = table->persisted_columns();
  std::vector<ExpressionPtr> values = partition_values(statement, *table, persisted, context);
  const std::vector<size_t> places = target_places(statement, *table, persisted, values);
  PlanPtr query = QueryBinder(context).bind(*statement.query);
  const SchemaPtr given = query->schema();
  if (static_cast<size_t>(given->size()) != places.size()) {
    throw UserError(
        statement.query->location,
        fmt::format("{} takes {} columns, and the query gives {}", table->name.name, places.size(), given->size()),
        fmt::format("The query gives: {}.", columns_text(*given)));
  }
  std::vector<std::string> names(persisted.size());
  for (size_t i = 0; i < places.size(); ++i) {
    const TableColumn& column = table->columns[static_cast<size_t>(persisted[places[i]])];
    const auto index = static_cast<int32_t>(i);
    values[places[i]] = store(index, given->field(index), column, statement.query->location);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const TableColumn& column = table->columns[static_cast<size_t>(persisted[i])];
    if (values[i] == nullptr) values[i] = missing_value(column, statement.table.location());
    names[i] = column.name;
  }
  PlanPtr rows = make_project(std::move(query), std::move(values), std::move(names));
  return make_sink(std::move(rows), table, statement.location, conflict_strategy(statement.on_conflict));
}

}  // namespace tidemill
