// planner/table_access.h - from a table's declaration to its connector's source or sink. Rule: the one place of the
// front arm that knows connectors; each source and sink is made once a plan.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "connectors/spi/connector.h"
#include "plan/passes/changelog.h"

namespace tidemill {

class TableAccess : public TableTraits {
 public:
  // Both are borrowed.
  TableAccess(const ConnectorRegistry& connectors, const FormatRegistry& formats)
      : connectors_(connectors), formats_(formats) {}

  SourceTraits source(const ScanNode& scan) const override;
  // Returns what connectors say of the options of the tables that were made so far, each once.
  std::vector<std::string> warnings() const;
  SinkAccepts sink(const SinkNode& sink) const override;

  // Return the source of the columns that the scan reads, the sink of a table. Throw UserError: unknown connector,
  // wrong options.
  std::shared_ptr<const Source> make_source(const ScanNode& scan) const;
  std::shared_ptr<const Sink> make_sink(const SinkNode& sink) const;
  // Returns what a lookup join asks for the columns that the scan reads; `keys` are columns of what the connector
  // delivers. Throws UserError likewise.
  std::shared_ptr<const LookupSource> make_lookup_source(const ScanNode& scan, const std::vector<int32_t>& keys) const;

  // Checks what CREATE TABLE wrote, where the connector is known; an unknown one is reported when the table is used, so
  // that a script may declare tables that it does not use. Throws UserError.
  void check_declaration(const TableDefinition& table) const;
  // Returns the options as SHOW CREATE TABLE prints them: secrets redacted.
  std::vector<std::pair<std::string, std::string>> shown_options(const TableDefinition& table) const;

 private:
  TableDescription describe(const TableDefinition& table) const;
  // The same, with the columns that the scan reads.
  TableDescription describe(const ScanNode& scan) const;

  const ConnectorRegistry& connectors_;
  const FormatRegistry& formats_;
  mutable std::map<std::tuple<const TableDefinition*, std::vector<int32_t>, std::string>, std::shared_ptr<const Source>>
      sources_;
  mutable std::map<const TableDefinition*, std::shared_ptr<const Sink>> sinks_;
};

// Returns the table's columns in the order a sink takes them: physical, then persisted metadata; indices into the
// table's columns.
std::vector<int32_t> sink_columns(const TableDefinition& table);

}  // namespace tidemill
