// builtins/file_tables.h - a path, or saved state, in the place of a table. Rule: the table is what its files look
// like, and lives for one statement.
#pragma once
#include "connectors/spi/format.h"
#include "env/file_system.h"
#include "sql/binder/binding_context.h"

namespace tidemill {

// Infers columns, format and options from the files themselves.
class InferredFileTables final : public FileTables {
 public:
  // Both borrowed.
  InferredFileTables(FileSystem& files, const FormatRegistry& formats) : files_(files), formats_(formats) {}
  TableDefinitionPtr infer(const std::string& path, SourceLocation location) override;
  TableDefinitionPtr saved_state(const SavedStateName& name, const Config& config, SourceLocation location) override;

 private:
  FileSystem& files_;
  const FormatRegistry& formats_;
};

}  // namespace tidemill
