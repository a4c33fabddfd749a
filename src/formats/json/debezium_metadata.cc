#include "formats/json/debezium_metadata.h"

#include <algorithm>

#include "base/check.h"
#include "data/json_scanner.h"
#include "data/json_text.h"
#include "formats/json/json_columns.h"

namespace tidemill {
namespace {

Type nullable_text() { return Type::string(); }

JsonToken member(const JsonToken& object, std::string_view name) {
  JsonToken found;
  if (object.kind != JsonKind::kObject) return found;
  JsonScanner scanner(object.text);
  scanner.enter('{');
  while (const auto key = scanner.next_key()) {
    const JsonToken value = *scanner.value();
    if (key->text == name) found = value;
  }
  return found;
}

// A time is milliseconds since 1970, as a number or as text.
ValueStatus set_time(ColumnFiller& column, int32_t row, const JsonToken& token) {
  int64_t milliseconds = 0;
  if (token.kind != JsonKind::kNull) {
    const ValueStatus status = parse_whole_number<int64_t>(token.text, milliseconds);
    if (status == ValueStatus::kOk) {
      column.set(row, milliseconds);
      return status;
    }
  }
  column.set_null(row);
  return token.kind == JsonKind::kNull ? ValueStatus::kOk : ValueStatus::kNulled;
}

}  // namespace

std::vector<MetadataKey> debezium_metadata_keys() {
  const Type time = Type::timestamp_ltz(3);
  return {
      {"schema", nullable_text(), true, false, "The schema of the message, as JSON; with 'schema-include' only."},
      {"ingestion-timestamp", time, true, false, "When Debezium processed the change."},
      {"source.timestamp", time, true, false, "When the change was made in the database."},
      {"source.database", nullable_text(), true, false, "Its database."},
      {"source.schema", nullable_text(), true, false, "Its schema."},
      {"source.table", nullable_text(), true, false, "Its table."},
      {"source.properties", Type::map(nullable_text(), nullable_text()), true, false,
       "All that the message tells of its source."},
  };
}

ValueStatus set_debezium_metadata(const std::vector<std::string>& keys, const DebeziumMessage& message,
                                  const TextForm& form, int32_t first_column, RowsBuilder& rows) {
  const int32_t row = rows.num_rows();
  ValueStatus status = ValueStatus::kOk;
  const auto set = [&](ColumnFiller& column, const std::string& key) {
    if (key == "ingestion-timestamp") return set_time(column, row, message.time);
    if (key == "source.timestamp") return set_time(column, row, member(message.source, "ts_ms"));
    if (key == "source.database") return set_from_json(column, row, member(message.source, "db"), form);
    if (key == "source.schema") return set_from_json(column, row, member(message.source, "schema"), form);
    if (key == "source.table") return set_from_json(column, row, member(message.source, "table"), form);
    if (key == "source.properties") return set_from_json(column, row, message.source, form);
    CHECK_EQ(key, "schema");
    return set_from_json(column, row, message.schema, form);
  };
  for (size_t i = 0; i < keys.size(); ++i) {
    ColumnFiller& column = rows.column(first_column + static_cast<int32_t>(i));
    const ValueStatus one = set(column, keys[i]);
    if (one == ValueStatus::kOk) continue;
    status = ValueStatus::kNulled;
    if (one != ValueStatus::kNulled) column.set_null(row);
  }
  return status;
}

}  // namespace tidemill
