// builtins/file_tables.h - a path, or saved state, in the place of a table. Rule: the table is what its files look
// like, and lives for one statement.
#pragma once
#include "connectors/spi/format.h"
#include "env/environment.h"
#include "sql/binder/binding_context.h"

namespace tidemill {

// Infers columns, format and options from the files themselves.
class InferredFileTables final : public FileTables {
 public:
  // Both borrowed.
  InferredFileTables(Environment& environment, const FormatRegistry& formats)
      : environment_(environment), formats_(formats) {}
  TableDefinitionPtr infer(const std::string& path, SourceLocation location) override;
  TableDefinitionPtr saved_state(const SavedStateName& name, const Config& config, SourceLocation location) override;

 private:
  Environment& environment_;
  const FormatRegistry& formats_;
};

}  // namespace tidemill
