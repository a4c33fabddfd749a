// Prints what the engine knows about itself as JSON: functions, connectors, formats, settings. Rule: everything comes
// from the registries that the engine itself reads; tools/reference_pages.py makes the tables of docs/ from it.
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/config.h"
#include "builtins/builtins.h"
#include "builtins/flink_extensions.h"
#include "connectors/spi/record_errors.h"
#include "expr/cast.h"
#include "functions/all.h"

namespace tidemill {
namespace {

using Json = nlohmann::ordered_json;

Json functions_json() {
  Json families = Json::array();
  for (const FunctionFamily& family : function_families()) {
    FunctionRegistry registry;
    family.add_to(registry);
    Json functions = Json::array();
    for (const FunctionListing& function : registry.list()) {
      Json docs = Json::array();
      for (const FunctionDoc& doc : function.docs)
        docs.push_back({{"syntax", doc.syntax}, {"text", doc.text}, {"example", doc.example}});
      functions.push_back({{"name", function.name}, {"aggregate", function.is_aggregate}, {"docs", std::move(docs)}});
    }
    families.push_back({{"title", family.title}, {"functions", std::move(functions)}});
  }
  return families;
}

std::string_view name_of(OptionType type) {
  switch (type) {
    case OptionType::kString:
      return "text";
    case OptionType::kSecret:
      return "secret";
    case OptionType::kPath:
      return "path";
    case OptionType::kUrl:
      return "URL";
    case OptionType::kDuration:
      return "duration";
    case OptionType::kSize:
      return "size";
    case OptionType::kBool:
      return "boolean";
    case OptionType::kInt:
      return "integer";
    case OptionType::kDouble:
      return "number";
    case OptionType::kEnum:
      return "choice";
    case OptionType::kChar:
      return "character";
  }
  CHECK(false);
}

Json options_json(std::span<const OptionSpec> specs, std::string_view prefix) {
  Json options = Json::array();
  for (const OptionSpec& spec : specs) {
    options.push_back({{"name", std::string(prefix) + spec.name},
                       {"type", name_of(spec.type)},
                       {"default", spec.default_text},
                       {"required", spec.required},
                       {"choices", spec.choices},
                       {"doc", spec.doc}});
  }
  return options;
}

// From each type to each type: "implicit", "cast" or "none".
Json casts_json() {
  const std::vector<std::pair<std::string_view, Type>> types = {
      {"STRING", Type::string()},
      {"BOOLEAN", Type::boolean()},
      {"TINYINT", Type::tiny_int()},
      {"SMALLINT", Type::small_int()},
      {"INT", Type::integer()},
      {"BIGINT", Type::big_int()},
      {"DECIMAL", Type::decimal(kDecimalPrecisionMax, 0)},
      {"FLOAT", Type::float32()},
      {"DOUBLE", Type::float64()},
      {"BYTES", Type::bytes()},
      {"DATE", Type::date()},
      {"TIME", Type::time(0)},
      {"TIMESTAMP", Type::timestamp(3)},
      {"TIMESTAMP_LTZ", Type::timestamp_ltz(3)},
      {"INTERVAL of months", Type::interval_year_month()},
      {"INTERVAL of milliseconds", Type::interval_day_time()},
  };
  Json rows = Json::array();
  for (const auto& [from_name, from] : types) {
    Json to = Json::array();
    for (const auto& [to_name, target] : types) {
      const bool implicit = casts_implicitly(from, target);
      to.push_back(implicit ? "implicit" : casts_explicitly(from, target) ? "cast" : "none");
    }
    rows.push_back({{"type", from_name}, {"to", std::move(to)}});
  }
  return rows;
}

Json metadata_json(const std::vector<MetadataKey>& keys) {
  Json metadata = Json::array();
  for (const MetadataKey& key : keys)
    metadata.push_back({{"key", key.key}, {"type", key.type.to_string()}, {"doc", key.doc}});
  return metadata;
}

Json connectors_json() {
  ConnectorRegistry registry;
  register_builtin_connectors(registry);
  Json connectors = Json::array();
  for (const std::string& name : registry.names()) {
    const Connector& connector = registry.get(name);
    connectors.push_back({{"name", name},
                          {"doc", connector.doc()},
                          {"reads", connector.can_read()},
                          {"writes", connector.can_write()},
                          {"has_format", !connector.format_options().empty()},
                          {"options", options_json(connector.options(), "")},
                          {"metadata", metadata_json(connector.metadata_keys())}});
  }
  return connectors;
}

Json formats_json() {
  FormatRegistry registry;
  register_builtin_formats(registry);
  Json formats = Json::array();
  for (const std::string& name : registry.names()) {
    const Format& format = registry.get(name);
    formats.push_back({{"name", name},
                       {"doc", format.doc()},
                       {"options", options_json(format.options(), name + ".")},
                       {"metadata", metadata_json(format.metadata_keys())}});
  }
  return formats;
}

Json extensions_json() {
  Json extensions = Json::array();
  for (const FlinkExtension& extension : flink_extensions()) {
    const std::string_view kind = extension.kind == FlinkExtension::Kind::kConnector ? "connector"
                                  : extension.kind == FlinkExtension::Kind::kOption  ? "option"
                                                                                     : "setting";
    extensions.push_back({{"kind", kind},
                          {"owner", extension.owner},
                          {"name", extension.name},
                          {"effect", extension.effect},
                          {"hint", extension.hint}});
  }
  return extensions;
}

std::string_view name_of(ConfigType type) {
  switch (type) {
    case ConfigType::kString:
      return "text";
    case ConfigType::kBoolean:
      return "boolean";
    case ConfigType::kInteger:
      return "integer";
    case ConfigType::kDuration:
      return "duration";
    case ConfigType::kSize:
      return "size";
    case ConfigType::kChoice:
      return "choice";
  }
  CHECK(false);
}

Json settings_json() {
  Json settings = Json::array();
  for (const ConfigDefinition& setting : config_definitions()) {
    settings.push_back({{"key", setting.key},
                        {"type", name_of(setting.type)},
                        {"default", setting.default_text},
                        {"choices", setting.choices},
                        {"aliases", setting.aliases},
                        {"doc", setting.doc},
                        {"note", setting.note}});
  }
  return settings;
}

}  // namespace
}  // namespace tidemill

int main() {
  using namespace tidemill;
  const Json all = {{"functions", functions_json()},
                    {"casts", casts_json()},
                    {"connectors", connectors_json()},
                    {"formats", formats_json()},
                    {"record_errors", options_json(record_error_options(), "")},
                    {"settings", settings_json()},
                    {"extensions", extensions_json()}};
  std::cout << all.dump(1) << '\n';
  return 0;
}
