#include "connectors/spi/connector.h"

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

std::string owner_name(const Connector& connector, const OptionMap& written) {
  std::string name = fmt::format("connector '{}'", connector.name());
  for (const FormatOption& option : connector.format_options()) {
    const auto format = written.find(option.name);
    if (format != written.end()) name += fmt::format(" with {} '{}'", option.name, format->second);
  }
  return name;
}

}  // namespace

std::string format_prefix(std::string_view option, std::string_view format) {
  return fmt::format("{}{}.", option.substr(0, option.size() - std::string_view("format").size()), format);
}

std::shared_ptr<const Source> Connector::make_source(const TableDescription& table, const FormatRegistry&) const {
  throw UserError(fmt::format("Table '{}' cannot be read: connector '{}' only takes rows", table.name, name()),
                  "Use it as the target of INSERT INTO.");
}

std::shared_ptr<const Sink> Connector::make_sink(const TableDescription& table, const FormatRegistry&) const {
  throw UserError(fmt::format("Table '{}' cannot be written to: connector '{}' only gives rows", table.name, name()),
                  "Use it in FROM.");
}

std::shared_ptr<const LookupSource> Connector::make_lookup_source(const TableDescription& table,
                                                                  const std::vector<int32_t>&,
                                                                  const FormatRegistry&) const {
  throw UserError(
      fmt::format("Table '{}' cannot be joined FOR SYSTEM_TIME AS OF a processing time: connector '{}' cannot "
                  "be asked for the rows of a key",
                  table.name, name()),
      "Tables of connector 'filesystem' can.");
}

void ConnectorRegistry::add(std::unique_ptr<const Connector> connector) {
  const std::string name(connector->name());
  CHECK_MSG(connectors_.emplace(name, std::move(connector)).second, "connector {} is registered twice", name);
}

const Connector& ConnectorRegistry::get(std::string_view name) const {
  const auto found = connectors_.find(name);
  if (found != connectors_.end()) return *found->second;
  const std::vector<std::string> all = names();
  const auto nearest = nearest_name(name, all);
  throw UserError(fmt::format("Unknown connector '{}'", name),
                  fmt::format("{}Connectors: {}.", nearest ? fmt::format("Did you mean '{}'? ", *nearest) : "",
                              fmt::join(all, ", ")));
}

const Connector& ConnectorRegistry::of_table(const OptionMap& options) const {
  const auto found = options.find("connector");
  if (found == options.end())
    throw UserError("Option 'connector' is missing",
                    fmt::format("Add 'connector' = '…' to WITH (…). Connectors: {}.", fmt::join(names(), ", ")));
  return get(found->second);
}

std::vector<std::string> ConnectorRegistry::names() const {
  std::vector<std::string> out;
  for (const auto& [name, connector] : connectors_) out.push_back(name);
  return out;
}

std::vector<OptionSpec> declared_options(const Connector& connector, const OptionMap& written,
                                         const FormatRegistry& formats) {
  std::vector<OptionSpec> specs = {{"connector", OptionType::kString, "Which connector the table uses.", "", true}};
  for (OptionSpec& spec : connector.options()) specs.push_back(std::move(spec));
  const std::vector<FormatOption> format_options = connector.format_options();
  if (format_options.empty()) return specs;
  const std::span<const OptionSpec> policy = record_error_options();
  specs.insert(specs.end(), policy.begin(), policy.end());
  for (const FormatOption& option : format_options) {
    specs.push_back({option.name, OptionType::kString,
                     fmt::format("{}: {}.", option.doc, fmt::join(formats.names(), ", ")), "", option.required});
    const auto format = written.find(option.name);
    if (format == written.end()) continue;
    for (OptionSpec& spec : formats.get(format->second).options()) {
      spec.name = format_prefix(option.name, format->second) + spec.name;
      specs.push_back(std::move(spec));
    }
  }
  return specs;
}

Options check_options(const Connector& connector, const OptionMap& written, const FormatRegistry& formats) {
  return Options::parse(written, declared_options(connector, written, formats), owner_name(connector, written));
}

OptionMap shown_options(const Connector* connector, const OptionMap& written, const FormatRegistry& formats) {
  std::vector<OptionSpec> specs;
  if (connector != nullptr) {
    OptionMap known = written;
    for (const FormatOption& option : connector->format_options()) {
      const auto format = known.find(option.name);
      if (format != known.end() && !formats.contains(format->second)) known.erase(format);
    }
    specs = declared_options(*connector, known, formats);
  }
  return redact(written, specs);
}

SchemaPtr source_schema(const TableDescription& table, std::span<const MetadataKey> keys, std::string_view connector) {
  std::vector<Field> fields;
  for (const int32_t index : table.projection) fields.push_back(table.physical->field(index));
  for (const MetadataColumn& column : table.metadata) {
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const MetadataKey& key) { return key.key == column.key; });
    if (found == keys.end() || !found->readable) {
      std::vector<std::string> readable;
      for (const MetadataKey& key : keys)
        if (key.readable) readable.push_back(key.key);
      throw UserError(
          fmt::format("Connector '{}' of table '{}' has no metadata '{}' to read", connector, table.name, column.key),
          readable.empty() ? "It has none at all." : fmt::format("It has: {}.", fmt::join(readable, ", ")));
    }
    fields.push_back({column.name, found->type});
  }
  return make_schema(std::move(fields));
}

}  // namespace tidemill
