// sim/no_files.h - the files in place of tables of a world that reads none.
#pragma once
#include <string>

#include "base/error.h"
#include "planner/statement_planner.h"

namespace tidemill::sim {

class NoFiles final : public FileTables {
 public:
  TableDefinitionPtr infer(const std::string& path, SourceLocation location) override {
    throw UserError(location, fmt::format("A simulation reads no files: '{}'", path));
  }
};

}  // namespace tidemill::sim
