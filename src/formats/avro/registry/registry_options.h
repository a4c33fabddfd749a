// formats/avro/registry/registry_options.h - the options of formats that ask a schema registry. Rule: Flink's names;
// Java's key stores are not read, PEM files are.
#pragma once
#include <string>
#include <vector>

#include "connectors/spi/format.h"
#include "formats/avro/registry/schema_registry.h"

namespace tidemill {

std::vector<OptionSpec> registry_options();

// Returns where and as whom to ask. Throws UserError for options that are missing or do not go together.
RegistrySettings registry_settings(const Options& options);

// Returns the subject that schemas are registered under. Throws UserError where none is known.
std::string registry_subject(const FormatRequest& request);

// Returns the schema that the user gave; empty: none.
std::string registry_schema(const Options& options);

}  // namespace tidemill
