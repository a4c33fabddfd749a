#include "builtins/file_tables.h"

#include <algorithm>

#include "base/config_options.h"
#include "connectors/filesystem/inference.h"
#include "saved_state/saved_state.h"

namespace tidemill {
namespace {

std::shared_ptr<TableDefinition> table_of_file(std::string name) {
  auto table = std::make_shared<TableDefinition>();
  table->name = {"default_catalog", "default_database", std::move(name)};
  table->temporary = true;
  table->from_file = true;
  return table;
}

void add_column(TableDefinition& table, std::string name, const Type& type) {
  TableColumn& column = table.columns.emplace_back();
  column.name = std::move(name);
  column.type = type;
}

// A part of what the job may take: the rest of the query needs memory, too.
constexpr int64_t kReadingParts = 4;

}  // namespace

TableDefinitionPtr InferredFileTables::infer(const std::string& path, SourceLocation location) {
  InferredTable inferred;
  try {
    inferred = infer_table(environment_, path, formats_);
  } catch (const UserError& error) {
    throw error.at(location);
  }
  std::shared_ptr<TableDefinition> table = table_of_file(path);
  for (const Field& field : inferred.columns) add_column(*table, field.name, field.type);
  table->options.assign(inferred.options.begin(), inferred.options.end());
  return table;
}

TableDefinitionPtr InferredFileTables::saved_state(const SavedStateName& name, const Config& config,
                                                   SourceLocation location) {
  try {
    const SavedState state(environment_.files, name.checkpoint);
    const StateTable found = state.find_table(state.find_operator(name.operator_id), name.table);
    std::shared_ptr<TableDefinition> table = table_of_file(fmt::format("state {} {}", found.operator_id, found.name));
    for (const StateColumn& column : found.columns) add_column(*table, column.name, column.type);
    // A directory of checkpoints is settled here: what was planned is what is read.
    table->options = {{"connector", "state"},
                      {"checkpoint", state.point().path},
                      {"operator", found.operator_id},
                      {"table", found.name},
                      {"spill.dir", config.get(kStateSpillDirectory)}};
    if (const auto memory = config.find(kStateMemorySize))
      table->options.emplace_back("memory.size",
                                  std::to_string(std::min(*memory / kReadingParts, StateReading().memory_bytes)));
    return table;
  } catch (const UserError& error) {
    throw error.at(location);
  }
}

}  // namespace tidemill
