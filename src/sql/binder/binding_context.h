// sql/binder/binding_context.h - what binding looks things up in. Rule: borrowed and read-only; whoever binds owns it.
#pragma once
#include <string>

#include "base/config.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "expr/function_registry.h"
#include "plan/table_definition.h"

namespace tidemill {

// Makes tables of paths: FROM 'data/*.jsonl'. Implemented where connectors are known.
class FileTables {
 public:
  virtual ~FileTables() = default;
  // Returns the table that the path's files look like. Throws UserError at `location`: no such file, no known form.
  virtual TableDefinitionPtr infer(const std::string& path, SourceLocation location) = 0;
};

struct BindingContext {
  const Catalog& catalog;
  const Config& config;
  const FunctionRegistry& functions;
  FileTables& files;
};

}  // namespace tidemill
