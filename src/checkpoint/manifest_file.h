// checkpoint/manifest_file.h - the _metadata file that makes a directory of state a checkpoint. Rule: it appears by one
// rename after everything it names is durable, and is durable itself when that is said.
#pragma once
#include <string>
#include <string_view>

#include "checkpoint/manifest.h"
#include "env/faults.h"
#include "env/file_system.h"

namespace tidemill {

constexpr std::string_view kManifestName = "_metadata";                // Flink's
constexpr std::string_view kPreparedManifestName = "_prepared";        // until a transaction outside has decided
constexpr std::string_view kUnfinishedManifestName = "_metadata.tmp";  // until its rename

// Writes the manifest into `directory`, whose entries it makes durable. Blocks. Throws DecisionUnknown where it may be
// there or not; after any other error it is not.
// `faults` are those of the tests (nullptr: none).
void write_manifest_file(FileSystem& files, const std::string& directory, const Manifest& manifest,
                         Faults* faults = nullptr, std::string_view name = kManifestName);
// Reads it. Throws UserError where it is missing or damaged.
Manifest read_manifest_file(FileSystem& files, const std::string& directory, std::string_view name = kManifestName);
// Makes the manifest that is prepared in `directory` its _metadata, durably. Does nothing where it is. Blocks. Throws
// what FileSystem throws.
void adopt_manifest_file(FileSystem& files, const std::string& directory);

}  // namespace tidemill
