#include "builtins/file_tables.h"

#include "connectors/filesystem/inference.h"

namespace tidemill {

TableDefinitionPtr InferredFileTables::infer(const std::string& path, SourceLocation location) {
  InferredTable inferred;
  try {
    inferred = infer_table(files_, path, formats_);
  } catch (const UserError& error) {
    throw error.at(location);
  }
  auto table = std::make_shared<TableDefinition>();
  table->name = {"default_catalog", "default_database", path};
  table->temporary = true;
  table->from_file = true;
  for (const Field& field : inferred.columns) {
    TableColumn column;
    column.name = field.name;
    column.type = field.type;
    table->columns.push_back(std::move(column));
  }
  table->options.assign(inferred.options.begin(), inferred.options.end());
  return table;
}

}  // namespace tidemill
