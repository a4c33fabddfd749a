// From a table's declaration to its connector's source or sink.
#include "planner/table_access.h"

#include <algorithm>
#include <array>
#include <set>

namespace tidemill {
namespace {

// Options of the planner, which connectors do not know.
constexpr std::array<std::string_view, 5> kPlannerOptions = {
    "scan.watermark.idle-timeout", "scan.watermark.emit.strategy", "scan.watermark.alignment.group",
    "scan.watermark.alignment.max-drift", "scan.watermark.alignment.update-interval"};

OptionMap connector_options(const TableDefinition& table) {
  OptionMap options;
  for (const auto& [key, value] : table.options) {
    if (std::ranges::find(kPlannerOptions, key) == kPlannerOptions.end()) options.emplace(key, value);
  }
  return options;
}

ColumnTest column_test(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kNames = {"=", "<", "<=", ">", ">=", "IS NULL", "IS NOT NULL"};
  const auto found = std::ranges::find(kNames, name);
  CHECK_MSG(found != kNames.end(), "no test {}", name);
  return static_cast<ColumnTest>(found - kNames.begin());
}

MetadataColumn metadata_column(const TableColumn& column) { return {column.name, column.metadata_key}; }

}  // namespace

TableDescription TableAccess::describe(const TableDefinition& table) const {
  TableDescription description;
  description.name = table.name.name;
  description.options = connector_options(table);
  std::vector<Field> physical;
  std::vector<int32_t> places(table.columns.size(), -1);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    if (column.kind != ColumnKind::kPhysical) continue;
    places[i] = static_cast<int32_t>(physical.size());
    physical.push_back({column.name, column.type});
    if (column.row_field)
      description.row_fields.push_back(
          {places[static_cast<size_t>(column.row_field->column)], column.row_field->places});
  }
  for (const int32_t column : table.primary_key) {
    description.primary_key.push_back(places[static_cast<size_t>(column)]);
  }
  for (const int32_t column : table.partition_keys) {
    description.partition_keys.push_back(places[static_cast<size_t>(column)]);
  }
  description.physical = make_schema(std::move(physical));
  return description;
}

TableDescription TableAccess::describe(const ScanNode& scan) const {
  const TableDefinition& table = *scan.table();
  TableDescription description = describe(table);
  int32_t physical = 0;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    const bool read = std::ranges::find(scan.fields(), static_cast<int32_t>(i)) != scan.fields().end();
    if (read && column.kind == ColumnKind::kPhysical) description.projection.push_back(physical);
    if (read && column.kind == ColumnKind::kMetadata) description.metadata.push_back(metadata_column(column));
    if (column.kind != ColumnKind::kPhysical) continue;
    for (const ScanCondition& condition : scan.conditions())
      if (condition.column == static_cast<int32_t>(i))
        description.conditions.push_back({physical, column_test(condition.test), condition.value});
    ++physical;
  }
  return description;
}

std::shared_ptr<const LookupSource> TableAccess::make_lookup_source(const ScanNode& scan,
                                                                    const std::vector<int32_t>& keys) const {
  const TableDescription description = describe(scan);
  return connectors_.of_table(description.options).make_lookup_source(description, keys, formats_);
}

std::shared_ptr<const Source> TableAccess::make_source(const ScanNode& scan) const {
  std::string conditions;
  for (const ScanCondition& condition : scan.conditions())
    conditions += fmt::format("{} {} {};", condition.column, condition.test, condition.value.to_string());
  const auto key = std::make_tuple(scan.table().get(), scan.fields(), std::move(conditions));
  const auto known = sources_.find(key);
  if (known != sources_.end()) return known->second;
  const TableDescription description = describe(scan);
  const Connector& connector = connectors_.of_table(description.options);
  return sources_.emplace(key, connector.make_source(description, formats_)).first->second;
}

std::shared_ptr<const Sink> TableAccess::make_sink(const SinkNode& sink) const {
  const TableDefinition& table = *sink.table();
  const auto known = sinks_.find(&table);
  if (known != sinks_.end()) return known->second;
  TableDescription description = describe(table);
  for (const TableColumn& column : table.columns) {
    if (column.kind == ColumnKind::kMetadata && !column.is_virtual) {
      description.metadata.push_back(metadata_column(column));
    }
  }
  for (int32_t i = 0; i < description.physical->size(); ++i) description.projection.push_back(i);
  const Connector& connector = connectors_.of_table(description.options);
  return sinks_.emplace(&table, connector.make_sink(description, formats_)).first->second;
}

std::vector<std::string> TableAccess::warnings() const {
  std::set<std::string> warnings;
  const auto add = [&](const TableDefinition& table, std::vector<std::string> found) {
    for (const std::string& warning : found) warnings.insert(fmt::format("Table {}: {}", table.name.name, warning));
  };
  for (const auto& [key, source] : sources_) add(*std::get<0>(key), source->warnings());
  for (const auto& [table, sink] : sinks_) add(*table, sink->warnings());
  return {warnings.begin(), warnings.end()};
}

SourceTraits TableAccess::source(const ScanNode& scan) const {
  const std::shared_ptr<const Source> source = make_source(scan);
  return {source->bounded(),  source->append_only(),      source->upserts(),
          source->num_rows(), source->takes_conditions(), source->reads_row_fields()};
}

SinkAccepts TableAccess::sink(const SinkNode& sink) const {
  switch (make_sink(sink)->accepts()) {
    case SinkChangelog::kAppend:
      return SinkAccepts::kAppend;
    case SinkChangelog::kUpsert:
      return SinkAccepts::kUpsert;
    case SinkChangelog::kRetract:
      return SinkAccepts::kRetract;
    case SinkChangelog::kAny:
      return SinkAccepts::kAny;
    case SinkChangelog::kNewest:
      return SinkAccepts::kNewest;
  }
  CHECK(false);
}

void TableAccess::check_declaration(const TableDefinition& table) const {
  const OptionMap options = connector_options(table);
  const auto name = options.find("connector");
  const std::vector<std::string> known = connectors_.names();
  if (name == options.end() || std::ranges::find(known, name->second) == known.end()) return;
  check_options(connectors_.get(name->second), options, formats_);
}

std::vector<std::pair<std::string, std::string>> TableAccess::shown_options(const TableDefinition& table) const {
  const OptionMap written(table.options.begin(), table.options.end());
  const auto name = written.find("connector");
  const std::vector<std::string> known = connectors_.names();
  const bool is_known = name != written.end() && std::ranges::find(known, name->second) != known.end();
  const Connector* connector = is_known ? &connectors_.get(name->second) : nullptr;
  const OptionMap shown = tidemill::shown_options(connector, written, formats_);
  std::vector<std::pair<std::string, std::string>> result = table.options;
  for (auto& [key, value] : result) value = shown.at(key);
  return result;
}

std::vector<int32_t> sink_columns(const TableDefinition& table) {
  std::vector<int32_t> columns = table.persisted_columns();
  std::ranges::stable_partition(
      columns, [&](int32_t index) { return table.columns[static_cast<size_t>(index)].kind == ColumnKind::kPhysical; });
  return columns;
}

}  // namespace tidemill
