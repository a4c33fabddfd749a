// Connectors and file tables that read and write nothing, for planning tests.
#pragma once
#include <memory>
#include <string>

#include "connectors/spi/connector.h"
#include "expr/function_registry.h"
#include "sql/binder/binding_context.h"

namespace tidemill {

// Registers the connectors `fake` (options: bounded, append-only, path, password; row-fields, accepts =
// append|upsert|retract|newest) and `read-only`.
void register_fake_connectors(ConnectorRegistry& connectors);

// Knows one file, 'data/people.csv', and the state of one operator, 'op'.
class FakeFileTables : public FileTables {
 public:
  TableDefinitionPtr infer(const std::string& path, SourceLocation location) override;
  TableDefinitionPtr saved_state(const SavedStateName& name, const Config& config, SourceLocation location) override;
};

}  // namespace tidemill
