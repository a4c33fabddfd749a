// plan/table_definition.cc - lookups in a table's declaration.
#include "plan/table_definition.h"

namespace tidemill {

const std::string* TableDefinition::option(std::string_view key) const {
  for (const auto& [name, value] : options) {
    if (name == key) return &value;
  }
  return nullptr;
}

SchemaPtr TableDefinition::schema() const {
  std::vector<Field> fields;
  fields.reserve(columns.size());
  for (const TableColumn& column : columns) fields.push_back({column.name, column.type, column.time});
  return make_schema(std::move(fields));
}

std::vector<int32_t> TableDefinition::persisted_columns() const {
  std::vector<int32_t> result;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].is_persisted()) result.push_back(static_cast<int32_t>(i));
  }
  return result;
}

std::optional<int32_t> TableDefinition::column_index(std::string_view column_name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column_name) return static_cast<int32_t>(i);
  }
  return std::nullopt;
}

}  // namespace tidemill
