// sql/binder/binding_context.h - what binding looks things up in. Rule: borrowed and read-only; whoever binds owns it.
#pragma once
#include <string>

#include "base/config.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "expr/function_registry.h"
#include "plan/table_definition.h"

namespace tidemill {

// What FROM state('…') names.
struct SavedStateName {
  std::string checkpoint;   // a checkpoint, a savepoint, or a directory of checkpoints
  std::string operator_id;  // or its beginning, up to '('
  std::string table = {};   // empty: the operator's main one
};

// Makes tables of what lies in files: FROM 'data/*.jsonl', FROM state('…'). Implemented where connectors are known.
class FileTables {
 public:
  virtual ~FileTables() = default;
  // Returns the table that the path's files look like. Throws UserError at `location`: no such file, no known form.
  virtual TableDefinitionPtr infer(const std::string& path, SourceLocation location) = 0;
  // Returns a table of saved state. Throws UserError at `location`: no such checkpoint, operator or table.
  virtual TableDefinitionPtr saved_state(const SavedStateName& name, const Config& config, SourceLocation location) {
    (void)name, (void)config;
    throw UserError(location, "No checkpoints are read here");
  }
};

struct BindingContext {
  const Catalog& catalog;
  const Config& config;
  const FunctionRegistry& functions;
  FileTables& files;
};

}  // namespace tidemill
